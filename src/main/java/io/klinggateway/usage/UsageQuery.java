package io.klinggateway.usage;

import io.klinggateway.ledger.TenantId;
import java.time.Instant;
import java.time.ZoneId;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * What to report.
 *
 * @param tenant null for all
 * @param to exclusive; null for all up to now
 * @param zone whose midnights part the days
 */
record UsageQuery(
        @Nullable TenantId tenant, Instant from, @Nullable Instant to, ZoneId zone, SequencedSet<Dimension> groupBy) {}
