package io.klinggateway.ledger;

import java.time.ZoneId;
import java.util.List;
import java.util.UUID;

/**
 * The windows that hold for some spend, each in its current period, and what they leave together.
 *
 * @param timeZone of the tenant's budget
 * @param windows the tenant's own, the longest first; then those of a key's own budget, if it is about one
 * @param limitingWindow the window that decides about {@code spendable}
 */
public record BudgetStatus(
        ZoneId timeZone, List<WindowBalance> windows, AvailableCredits spendable, UUID limitingWindow) {

    /** The policy behind the tenant's own windows. */
    public Budget budget() {
        return new Budget(
                timeZone, ofTenant().stream().map(WindowBalance::window).toList());
    }

    /** The tenant's own windows. */
    public List<WindowBalance> ofTenant() {
        return windows.stream().filter(balance -> balance.keyBudget() == null).toList();
    }

    /** The windows of the key's own budget. */
    public List<WindowBalance> ofKey() {
        return windows.stream().filter(balance -> balance.keyBudget() != null).toList();
    }

    /** The window that decides about what is left. */
    public WindowBalance limiting() {
        return windows.stream()
                .filter(balance -> balance.id().equals(limitingWindow))
                .findFirst()
                .orElseThrow();
    }
}
