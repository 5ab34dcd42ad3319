package io.klinggateway.console;

import io.klinggateway.admin.TenantView;
import io.klinggateway.ledger.BudgetStatus;
import io.klinggateway.ledger.WindowBalance;
import io.klinggateway.ledger.WindowView;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A window's state as a bar: what is spent, what is held, what is left until when. One without a limit is measured by its
 * shadow limit.
 *
 * @param firstThreshold percent of it from which on notices tell its team; null if they tell of none
 */
record BudgetBar(WindowView window, @Nullable Integer firstThreshold) {

    static BudgetBar of(WindowBalance balance, @Nullable Integer firstThreshold) {
        return new BudgetBar(WindowView.of(balance), firstThreshold);
    }

    /** Of every window, the longest first. */
    static List<BudgetBar> of(BudgetStatus budgetStatus, @Nullable Integer firstThreshold) {
        return budgetStatus.windows().stream()
                .map(balance -> of(balance, firstThreshold))
                .toList();
    }

    /** Of every window, the longest first. */
    static List<BudgetBar> of(TenantView tenant, @Nullable Integer firstThreshold) {
        return tenant.budget().windows().stream()
                .map(window -> new BudgetBar(window, firstThreshold))
                .toList();
    }

    public long captured() {
        return window.captured();
    }

    public long held() {
        return window.held();
    }

    public long ceiling() {
        Long ceiling = window.ceiling();
        Long shadow = window.shadowLimit();
        return ceiling != null ? ceiling : shadow != null ? shadow : 0;
    }

    public long available() {
        Long available = window.available();
        return available != null ? available : Math.max(0, ceiling() - captured() - held());
    }

    /** What is not left of it, from 0 to 1. */
    public double used() {
        return ceiling() == 0 ? 1 : 1 - (double) available() / ceiling();
    }

    public @Nullable Instant resetsAt() {
        return window.resetsAt();
    }

    /** Whether it refuses nothing. */
    public boolean shadow() {
        return window.limit() == null;
    }

    public String capturedWidth() {
        return percent(captured());
    }

    public String heldWidth() {
        return percent(held());
    }

    /** Whether it can serve nothing, or could not serve the last request. */
    public boolean empty() {
        return !shadow() && (available() == 0 || window.emptySince() != null);
    }

    /** Whether its use has reached the first threshold. */
    public boolean low() {
        return firstThreshold != null && (captured() + held()) * 100 >= ceiling() * firstThreshold;
    }

    private String percent(long credits) {
        return String.format(Locale.ROOT, "%.2f%%", ceiling() == 0 ? 0 : Math.min(100.0, credits * 100.0 / ceiling()));
    }
}
