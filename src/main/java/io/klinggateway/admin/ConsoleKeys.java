package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.IssuedKey;
import io.klinggateway.tenant.Keys;
import io.klinggateway.tenant.RegisteredKey;
import io.klinggateway.tenant.TenantRecord;
import io.klinggateway.tenant.TenantStatus;
import io.klinggateway.tenant.Tenants;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * The keys under which people act who came without one. Each team has one, called {@value #NAME}, from when it is first
 * needed. Nobody knows it, but it has a place in the queue, may have a budget of its own, and is named in usage reports.
 */
@Component
public class ConsoleKeys {

    static final String NAME = "console";

    private final Tenants tenants;
    private final Keys keys;
    private final Ledger ledger;
    private final AuditLog audit;
    private final TransactionOperations transactions;

    ConsoleKeys(Tenants tenants, Keys keys, Ledger ledger, AuditLog audit, TransactionOperations transactions) {
        this.tenants = tenants;
        this.keys = keys;
        this.ledger = ledger;
        this.audit = audit;
        this.transactions = transactions;
    }

    /** Whom somebody acts as in a team. Empty if there is no such team, or it is suspended. */
    public Optional<Caller> caller(Actor actor, String tenantName) {
        return tenants.find(tenantName)
                .filter(tenant -> tenant.status() == TenantStatus.ACTIVE)
                .map(tenant -> find(tenant).orElseGet(() -> issue(actor, tenantName)));
    }

    private Optional<Caller> find(TenantRecord tenant) {
        return keys.list(tenant.tenant()).stream()
                .filter(key -> isNamed(key) && key.valid())
                .findFirst()
                .map(key -> caller(tenant, key));
    }

    private static Caller caller(TenantRecord tenant, RegisteredKey key) {
        return new Caller(tenant.tenant(), key.id(), key.name(), Objects.requireNonNullElse(key.prefix(), ""));
    }

    private Caller issue(Actor actor, String tenantName) {
        return Objects.requireNonNull(transactions.execute(_ -> {
            TenantRecord tenant = tenants.lock(tenantName).orElseThrow(() -> Refusals.noTenant(tenantName));
            return find(tenant).orElseGet(() -> {
                revokeExpired(actor, tenant);
                RegisteredKey key = issue(tenant).registered();
                audit.record(actor, Action.of("key.create", tenantName).about(key.id()), null, view(tenant, key));
                return caller(tenant, key);
            });
        }));
    }

    /** What operators allowed the last one, they allow the next. */
    private IssuedKey issue(TenantRecord tenant) {
        return keys.list(tenant.tenant()).reversed().stream()
                .filter(ConsoleKeys::isNamed)
                .findFirst()
                .map(last -> keys.issueAfter(tenant.tenant(), last))
                .orElseGet(() -> keys.issue(tenant.tenant(), NAME, null, List.of(), List.of()));
    }

    /** It still has the name. */
    private void revokeExpired(Actor actor, TenantRecord tenant) {
        keys.list(tenant.tenant()).stream()
                .filter(key -> isNamed(key) && !key.valid() && keys.revoke(key))
                .forEach(key -> audit.record(
                        actor,
                        Action.of("key.revoke", tenant.tenant().name()).about(key.id()),
                        view(tenant, key),
                        null));
    }

    private KeyView view(TenantRecord tenant, RegisteredKey key) {
        return KeyView.of(
                key,
                false,
                key.budget() == null
                        ? null
                        : ledger.budgetStatus(tenant.tenant().id(), key.budget()));
    }

    /** Whether nobody knows the key. */
    static boolean isNamed(RegisteredKey key) {
        return key.name().equals(NAME) && !key.declared() && key.replacedBy() == null;
    }
}
