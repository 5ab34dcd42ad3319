package io.klinggateway.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which of a tenant's entries to read; null leaves a condition out.
 *
 * @param to exclusive
 * @param afterSeq where the page before ended; 0 for the first
 */
public record EntryFilter(
        @Nullable EntryKind kind,
        @Nullable Instant from,
        @Nullable Instant to,
        long afterSeq) {}
