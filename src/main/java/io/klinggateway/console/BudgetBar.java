package io.klinggateway.console;

import io.klinggateway.admin.TenantView;
import io.klinggateway.ledger.Account;
import io.klinggateway.ledger.Balance;
import io.klinggateway.usage.Spending.Outlook;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A budget's state as a bar: what is spent, what is held, what is left until when. */
record BudgetBar(
        String period,
        long ceiling,
        long captured,
        long held,
        long available,
        @Nullable Instant resetsAt) {

    static BudgetBar of(Account account) {
        Balance balance = account.balance();
        return new BudgetBar(
                balance.period().name(),
                balance.ceiling().amount(),
                balance.captured().amount(),
                balance.held().amount(),
                balance.available().amount(),
                balance.resetsAt());
    }

    static BudgetBar of(TenantView tenant) {
        TenantView.BalanceView balance = tenant.balance();
        return new BudgetBar(
                tenant.budget().period().name(),
                balance.ceiling(),
                balance.captured(),
                balance.held(),
                balance.available(),
                balance.resetsAt());
    }

    static BudgetBar of(Outlook outlook) {
        return new BudgetBar(
                outlook.period(),
                outlook.ceiling(),
                outlook.captured(),
                outlook.held(),
                outlook.available(),
                outlook.resetsAt());
    }

    public String capturedWidth() {
        return percent(captured);
    }

    public String heldWidth() {
        return percent(held);
    }

    /** Whether less than a tenth is left. */
    public boolean low() {
        return available * 10 < ceiling || available == 0;
    }

    private String percent(long credits) {
        return String.format(Locale.ROOT, "%.2f%%", ceiling == 0 ? 0 : Math.min(100.0, credits * 100.0 / ceiling));
    }
}
