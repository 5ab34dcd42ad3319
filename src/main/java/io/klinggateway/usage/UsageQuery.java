package io.klinggateway.usage;

import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.Instants;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to report.
 *
 * @param tenant null for all
 * @param to exclusive; null for all up to now
 * @param zone whose midnights part the days
 * @param only the {@link UsageRow#name names} of the rows that are wanted; null for all
 */
record UsageQuery(
        @Nullable TenantId tenant,
        Instant from,
        @Nullable Instant to,
        ZoneId zone,
        List<Grouping> groupBy,
        @Nullable List<String> only) {

    UsageQuery(@Nullable TenantId tenant, Instant from, @Nullable Instant to, ZoneId zone, List<Grouping> groupBy) {
        this(tenant, from, to, zone, groupBy, null);
    }

    /** What rows are named by: all that is no time. */
    List<Grouping> names() {
        return groupBy.stream()
                .filter(grouping -> grouping.dimension() != Dimension.DAY && grouping.dimension() != Dimension.MONTH)
                .toList();
    }

    boolean isBy(Dimension dimension) {
        return groupBy.stream().anyMatch(grouping -> grouping.dimension() == dimension);
    }

    /** Whether sums by tenant, key and day of this zone can answer it. */
    boolean isOfWholeDays() {
        return !isBy(Dimension.MODEL) && !isBy(Dimension.LABEL) && isMidnight(from) && (to == null || isMidnight(to));
    }

    private boolean isMidnight(Instant instant) {
        return Instants.startOf(instant.atZone(zone).toLocalDate(), zone).equals(instant);
    }
}
