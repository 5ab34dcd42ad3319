package io.klinggateway.ledger;

import io.klinggateway.credits.Credits;
import java.time.ZoneId;

/**
 * The policy: how many credits a tenant may spend in each period.
 *
 * @param limit at most {@link #HIGHEST_LIMIT}
 * @param timeZone a region such as {@code Europe/Berlin}; its midnights begin the periods
 */
public record Budget(PeriodKind period, Credits limit, ZoneId timeZone) {

    public static final Credits HIGHEST_LIMIT = new Credits(1_000_000_000_000L);

    public Budget {
        if (limit.compareTo(HIGHEST_LIMIT) > 0) {
            throw new IllegalArgumentException("a budget's limit is at most " + HIGHEST_LIMIT.amount());
        }
    }
}
