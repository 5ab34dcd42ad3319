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
public record HoldResolution(
        GenerationId generation,
        EntryKind kind,
        Credits charged,
        @Nullable String reason) {

    public HoldResolution {
        if (kind != EntryKind.CAPTURE && (kind != EntryKind.RELEASE || !charged.isZero())) {
            throw new IllegalArgumentException("no way to end a hold: " + kind + " of " + charged.amount());
        }
    }

    /** Spends what the vendor charged, at most the hold, and frees the rest. */
    public static HoldResolution capture(GenerationId generation, Credits charged, @Nullable String reason) {
        return new HoldResolution(generation, EntryKind.CAPTURE, charged, reason);
    }

    /** Frees the whole hold. */
    public static HoldResolution release(GenerationId generation, String reason) {
        return new HoldResolution(generation, EntryKind.RELEASE, Credits.ZERO, reason);
    }
}
