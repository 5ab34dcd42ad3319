package io.klinggateway.ledger;

import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * One immutable line of the journal.
 *
 * @param seq its place; later entries have higher ones
 * @param generation null for GRANT and ADJUST
 * @param key null for GRANT and ADJUST
 */
public record Entry(
        long seq,
        Instant at,
        EntryKind kind,
        @Nullable GenerationId generation,
        @Nullable KeyId key,
        PeriodKind period,
        LocalDate periodStart,
        long heldDelta,
        long capturedDelta,
        long grantedDelta,
        String actor,
        @Nullable String reason) {}
