package io.klinggateway.ledger;

import java.time.ZoneId;
import java.util.List;

/**
 * What a tenant may spend: windows that all hold at once. At least one of them has a limit, and no two begin their periods
 * together.
 *
 * @param timeZone a region such as {@code Europe/Berlin}; its midnights begin the periods
 */
public record Budget(ZoneId timeZone, List<BudgetWindow> windows) {

    public Budget {
        windows = List.copyOf(windows);
        if (windows.stream().allMatch(window -> window.limit() == null)) {
            throw new IllegalArgumentException("a tenant's budget has a window with a limit");
        }
    }
}
