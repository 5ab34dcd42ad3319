package io.klinggateway.ledger;

import io.klinggateway.credits.Credits;
import org.jspecify.annotations.Nullable;

/**
 * One limit of a budget: how many credits may be spent in each period. At least one of the two limits is there.
 *
 * @param firstDay of a week, 1 is Monday; of a month, its day; 1 for all other kinds
 * @param limit at most {@link #HIGHEST_LIMIT}; null if the window refuses nothing
 * @param shadowLimit counts what it would refuse, and refuses nothing; null for none
 */
public record BudgetWindow(
        PeriodKind period,
        int firstDay,
        @Nullable Credits limit,
        @Nullable Credits shadowLimit) {

    public static final Credits HIGHEST_LIMIT = new Credits(1_000_000_000_000L);

    public BudgetWindow {
        if (firstDay < 1 || firstDay > period.lastFirstDay()) {
            throw new IllegalArgumentException("no " + period + " begins on day " + firstDay);
        }
        if (limit == null && shadowLimit == null) {
            throw new IllegalArgumentException("a window has a limit, a shadow limit, or both");
        }
        refuseAboveHighest(limit);
        refuseAboveHighest(shadowLimit);
    }

    private static void refuseAboveHighest(@Nullable Credits limit) {
        if (limit != null && limit.compareTo(HIGHEST_LIMIT) > 0) {
            throw new IllegalArgumentException("a budget's limit is at most " + HIGHEST_LIMIT.amount());
        }
    }
}
