package io.klinggateway.usage;

import java.time.YearMonth;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which months may still change, of the tenants and in the zone that a report is about. It must be read before the sums:
 * what it calls closed then has all its spend in them.
 *
 * @param current the month in which the oldest transaction under way began; it, and what is later, has not ended
 * @param tenants the names of those that have generations open, by the month in which these were held
 */
record OpenMonths(YearMonth current, Map<YearMonth, Set<String>> tenants) {

    /** @param tenant null for all that the report is about */
    boolean closed(YearMonth month, @Nullable String tenant) {
        Set<String> open = tenants.getOrDefault(month, Set.of());
        return month.isBefore(current) && (tenant == null ? open.isEmpty() : !open.contains(tenant));
    }
}
