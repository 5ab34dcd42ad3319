package io.klinggateway.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One immutable line of the journal.
 *
 * @param seq its place; later entries have higher ones
 * @param generation null for GRANT and ADJUST
 * @param key null for GRANT and ADJUST
 * @param counted the windows in which it counts
 */
public record Entry(
        long seq,
        Instant at,
        EntryKind kind,
        @Nullable GenerationId generation,
        @Nullable KeyId key,
        List<Counted> counted,
        long heldDelta,
        long capturedDelta,
        long grantedDelta,
        String actor,
        @Nullable String reason) {

    /**
     * A window, and the period of it.
     *
     * @param window its name
     * @param ofKey whether it belongs to a key's own budget
     */
    public record Counted(String window, LocalDate periodStart, boolean ofKey) {}
}
