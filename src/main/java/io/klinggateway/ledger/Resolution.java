package io.klinggateway.ledger;

import io.klinggateway.credits.Credits;
import org.jspecify.annotations.Nullable;

/**
 * How one hold is to end.
 *
 * @param kind {@link EntryKind#CAPTURE} or {@link EntryKind#RELEASE}
 * @param charged what is spent, at most the hold; the rest is freed
 * @param reason for the journal; free text without secrets
 */
public record Resolution(
        GenerationId generation,
        EntryKind kind,
        Credits charged,
        @Nullable String reason) {

    public Resolution {
        if (kind != EntryKind.CAPTURE && (kind != EntryKind.RELEASE || !charged.isZero())) {
            throw new IllegalArgumentException("no way to end a hold: " + kind + " of " + charged.amount());
        }
    }

    /** Spends what the vendor charged, at most the hold, and frees the rest. */
    public static Resolution capture(GenerationId generation, Credits charged, @Nullable String reason) {
        return new Resolution(generation, EntryKind.CAPTURE, charged, reason);
    }

    /** Frees the whole hold. */
    public static Resolution release(GenerationId generation, String reason) {
        return new Resolution(generation, EntryKind.RELEASE, Credits.ZERO, reason);
    }
}
