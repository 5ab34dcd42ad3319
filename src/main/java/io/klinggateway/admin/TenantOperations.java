package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.admin.TenantTerms.BudgetTerms;
import io.klinggateway.admin.TenantTerms.LimitTerms;
import io.klinggateway.admin.TenantTerms.NewTenant;
import io.klinggateway.admin.TenantTerms.TenantChange;
import io.klinggateway.ledger.Account;
import io.klinggateway.ledger.Balance;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.tenant.TenantRecord;
import io.klinggateway.tenant.TenantStatus;
import io.klinggateway.tenant.Tenants;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Tenants, their budgets, limits and status. Every change is on record. */
@Component
public class TenantOperations {

    private final Tenants tenants;
    private final Ledger ledger;
    private final AuditLog audit;
    private final OperatorJson json;

    TenantOperations(Tenants tenants, Ledger ledger, AuditLog audit, OperatorJson json) {
        this.tenants = tenants;
        this.ledger = ledger;
        this.audit = audit;
        this.json = json;
    }

    @Transactional
    public TenantView create(Operator operator, NewTenant asked) {
        TenantRecord created =
                tenants.create(asked.name(), asked.budget().toBudget(), LimitTerms.toLimits(asked.limits()));
        TenantView view = view(created);
        audit.record(operator, Action.of("tenant.create", asked.name()), null, view);
        return view;
    }

    public TenantView find(String name) {
        return view(tenants.find(name).orElseThrow(() -> Refusals.noTenant(name)));
    }

    /**
     * By name.
     *
     * @param afterName the name below which the list begins
     * @param part what the names have in them; empty for all
     */
    public List<TenantView> list(String afterName, String part, int most) {
        List<TenantRecord> page = tenants.list(afterName, part, most);
        Map<TenantId, Account> accounts = ledger.accounts(
                page.stream().map(tenant -> tenant.tenant().id()).toList());
        return page.stream()
                .map(tenant -> TenantView.of(
                        tenant,
                        Objects.requireNonNull(accounts.get(tenant.tenant().id()))))
                .toList();
    }

    @Transactional
    public TenantView change(Operator operator, String name, BudgetTerms budget) {
        return change(operator, name, now -> now.with(budget));
    }

    @Transactional
    public TenantView change(Operator operator, String name, LimitTerms limits) {
        return change(operator, name, now -> now.with(limits));
    }

    @Transactional
    public TenantView change(Operator operator, String name, TenantStatus status) {
        return change(operator, name, now -> now.with(status));
    }

    @Transactional
    TenantView change(Operator operator, String name, MergePatch patch) {
        return change(operator, name, now -> json.read(patch.onto(json.tree(now)), TenantChange.class));
    }

    /** Binds the next request to generate on every replica. */
    private TenantView change(Operator operator, String name, UnaryOperator<TenantChange> change) {
        TenantRecord tenant = tenants.lock(name).orElseThrow(() -> Refusals.noTenant(name));
        if (tenant.declared()) {
            throw Refusals.declared(tenant);
        }
        TenantView before = view(tenant);
        TenantChange asked = change.apply(TenantChange.of(before));
        Account accountBefore = ledger.account(tenant.tenant().id());
        ledger.setBudget(tenant.tenant().id(), asked.budget().toBudget());
        TenantRecord changed = tenants.change(tenant, asked.status(), false, LimitTerms.toLimits(asked.limits()));
        Account account = ledger.account(tenant.tenant().id());
        TenantView after = TenantView.of(changed, account).withNotice(notice(accountBefore, account));
        if (!after.equals(before)) {
            audit.record(operator, Action.of("tenant.change", name), before, after);
        }
        return after;
    }

    /** Credits are counted by period: another kind, or another zone's midnight, begins another count. */
    private static @Nullable String notice(Account before, Account after) {
        Balance was = before.balance();
        Balance is = after.balance();
        if (was.period() == is.period() && Objects.equals(was.periodStart(), is.periodStart())) {
            return null;
        }
        String period = is.period() + (is.periodStart() == null ? "" : " period that began on " + is.periodStart());
        boolean untouched = is.held().isZero()
                && is.captured().isZero()
                && is.ceiling().equals(after.budget().limit());
        return untouched
                ? "The budget now counts in the " + period + ", which starts with the full limit of "
                        + is.ceiling().amount() + " credits"
                : "The budget now counts in the " + period + ", with what was spent and granted in it before";
    }

    private TenantView view(TenantRecord tenant) {
        return TenantView.of(tenant, ledger.account(tenant.tenant().id()));
    }
}
