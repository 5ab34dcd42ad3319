package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.admin.CreditTerms.NewAdjustment;
import io.klinggateway.admin.CreditTerms.NewGrant;
import io.klinggateway.admin.TenantView.BalanceView;
import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.Entry;
import io.klinggateway.ledger.EntryFilter;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.tenant.TenantRecord;
import io.klinggateway.tenant.Tenants;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Grants and adjustments: entries of the journal like any other, on record, and repeatable under an idempotency key. */
@Component
public class CreditOperations {

    private final Tenants tenants;
    private final Ledger ledger;
    private final AuditLog audit;
    private final OperatorIdempotency idempotency;

    CreditOperations(Tenants tenants, Ledger ledger, AuditLog audit, OperatorIdempotency idempotency) {
        this.tenants = tenants;
        this.ledger = ledger;
        this.audit = audit;
        this.idempotency = idempotency;
    }

    /** @param key makes the call repeatable; null if the caller gave none */
    @Transactional
    public IdempotentResult<Answer> grant(Actor actor, String tenantName, NewGrant asked, @Nullable String key) {
        return once(
                actor,
                tenantName,
                new CreditCall("credits.grant", asked.credits(), asked.reason()),
                key,
                tenant -> ledger.grant(tenant, new Credits(asked.credits()), actor.name(), asked.reason()));
    }

    /** @param key makes the call repeatable; null if the caller gave none */
    @Transactional
    public IdempotentResult<Answer> adjust(Actor actor, String tenantName, NewAdjustment asked, @Nullable String key) {
        return once(
                actor,
                tenantName,
                new CreditCall("credits.adjust", asked.credits(), asked.reason()),
                key,
                tenant -> ledger.adjust(tenant, asked.credits(), actor.name(), asked.reason()));
    }

    /** What is the same in a repetition. */
    private record CreditCall(String action, long credits, String reason) {}

    /**
     * @param seq of the journal's entry
     * @param balance afterwards
     */
    public record Answer(long seq, long credits, String reason, BalanceView balance) {}

    private IdempotentResult<Answer> once(
            Actor actor, String tenantName, CreditCall call, @Nullable String key, ToLongFunction<TenantId> effect) {
        // Under the tenant's lock, calls with the same key come one after the other.
        TenantRecord tenant = tenants.lock(tenantName).orElseThrow(() -> Refusals.noTenant(tenantName));
        TenantId id = tenant.tenant().id();
        Optional<IdempotentResult<Answer>> before = idempotency.find(id, call, key, Answer.class);
        if (before.isPresent()) {
            return before.get();
        }
        BalanceView balanceBefore = BalanceView.of(ledger.budgetStatus(id, null));
        long seq = effect.applyAsLong(id);
        BalanceView balance = BalanceView.of(ledger.budgetStatus(id, null));
        audit.record(
                actor, Action.of(call.action(), tenantName).about(seq).because(call.reason()), balanceBefore, balance);
        return idempotency.keep(id, call, key, new Answer(seq, call.credits(), call.reason(), balance));
    }

    List<Entry> journal(String tenantName, EntryFilter filter, int most) {
        TenantRecord tenant = tenants.find(tenantName).orElseThrow(() -> Refusals.noTenant(tenantName));
        return ledger.journal(tenant.tenant().id(), filter, most);
    }
}
