package io.klinggateway.console;

import io.klinggateway.admin.TenantView;
import io.klinggateway.ledger.Account;
import io.klinggateway.ledger.WindowBalance;
import io.klinggateway.ledger.WindowView;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A window's state as a bar: what is spent, what is held, what is left until when. One without a limit is measured by its
 * shadow limit.
 */
record BudgetBar(WindowView window) {

    static BudgetBar of(WindowBalance balance) {
        return new BudgetBar(WindowView.of(balance));
    }

    /** Of every window, the longest first. */
    static List<BudgetBar> of(Account account) {
        return account.windows().stream().map(BudgetBar::of).toList();
    }

    /** Of every window, the longest first. */
    static List<BudgetBar> of(TenantView tenant) {
        return tenant.budget().windows().stream().map(BudgetBar::new).toList();
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

    /** Whether half of it is used: the first threshold of which notices tell. */
    public boolean low() {
        return available() * 2 <= ceiling();
    }

    private String percent(long credits) {
        return String.format(Locale.ROOT, "%.2f%%", ceiling() == 0 ? 0 : Math.min(100.0, credits * 100.0 / ceiling()));
    }
}
