package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.admin.KeyTerms.KeyBudget;
import io.klinggateway.admin.KeyTerms.KeyChange;
import io.klinggateway.admin.KeyTerms.KeyNetworks;
import io.klinggateway.admin.KeyTerms.NewKey;
import io.klinggateway.admin.KeyTerms.OwnBudgetTerms;
import io.klinggateway.admin.KeyTerms.Rotation;
import io.klinggateway.admin.NetworkList.NetworkListCheck;
import io.klinggateway.ledger.BudgetStatus;
import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.KeyBudgetId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Instants;
import io.klinggateway.tenant.CidrBlock;
import io.klinggateway.tenant.IssuedKey;
import io.klinggateway.tenant.Keys;
import io.klinggateway.tenant.RegisteredKey;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.TenantRecord;
import io.klinggateway.tenant.Tenants;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Tenants' keys. Every change is on record, no key is. */
@Component
public class KeyOperations {

    private final Tenants tenants;
    private final Keys keys;
    private final Ledger ledger;
    private final AuditLog audit;
    private final OperatorJson json;
    private final Clock clock;

    KeyOperations(Tenants tenants, Keys keys, Ledger ledger, AuditLog audit, OperatorJson json, Clock clock) {
        this.tenants = tenants;
        this.keys = keys;
        this.ledger = ledger;
        this.audit = audit;
        this.json = json;
        this.clock = clock;
    }

    /** All that the tenant ever had, oldest first. */
    public List<KeyView> list(String tenantName) {
        TenantRecord tenant = tenants.find(tenantName).orElseThrow(() -> Refusals.noTenant(tenantName));
        List<RegisteredKey> found = keys.list(tenant.tenant());
        Map<KeyBudgetId, BudgetStatus> budgetStatuses = ledger.keyBudgetStatuses(
                tenant.tenant().id(),
                found.stream()
                        .map(RegisteredKey::budget)
                        .filter(Objects::nonNull)
                        .distinct()
                        .toList());
        return found.stream()
                .map(key -> KeyView.of(
                        key, isDeclared(tenant, key), key.budget() == null ? null : budgetStatuses.get(key.budget())))
                .toList();
    }

    @Transactional
    public KeyView.Issued issue(Actor actor, String tenantName, NewKey asked) {
        TenantRecord tenant = lock(tenantName);
        if (tenant.declared()) {
            throw Refusals.declared(tenant);
        }
        return issue(actor, tenant, asked);
    }

    /** @param tenant locked */
    @Transactional(propagation = Propagation.MANDATORY)
    KeyView.Issued issue(Actor actor, TenantRecord tenant, NewKey asked) {
        refusePast(asked.expiresAt());
        IssuedKey issued = keys.issue(
                tenant.tenant(),
                asked.name(),
                asked.expiresAt(),
                windows(tenant.tenant(), asked.budget()),
                NetworkListCheck.parse(asked.allowedNetworks()));
        return issued(actor, tenant, "key.create", issued);
    }

    @Transactional
    KeyView change(Actor actor, String tenantName, UUID id, MergePatch patch) {
        return change(
                actor,
                tenantName,
                id,
                now -> json.read(
                        patch.onto(json.tree(patch.gives("budget", "windows") ? now.withWindowsListed() : now)),
                        KeyChange.class));
    }

    @Transactional
    public KeyView change(Actor actor, String tenantName, UUID id, KeyNetworks networks) {
        return change(actor, tenantName, id, now -> now.with(networks));
    }

    @Transactional
    public KeyView change(Actor actor, String tenantName, UUID id, KeyBudget budget) {
        return change(actor, tenantName, id, now -> now.with(budget));
    }

    private KeyView change(Actor actor, String tenantName, UUID id, UnaryOperator<KeyChange> change) {
        TenantRecord tenant = lock(tenantName);
        RegisteredKey key = changeable(tenant, id);
        KeyView before = view(tenant, key);
        KeyChange now = KeyChange.of(before);
        KeyChange asked = change.apply(now);
        if (!Objects.equals(asked.expiresAt(), key.expiresAt())) {
            refusePast(asked.expiresAt());
            keys.setExpiry(key, asked.expiresAt());
        }
        if (!Objects.equals(asked.budget(), now.budget())) {
            keys.setBudget(tenant.tenant(), key, windows(tenant.tenant(), asked.budget()));
        }
        List<CidrBlock> networks = NetworkListCheck.parse(asked.allowedNetworks());
        if (!networks.equals(key.allowedNetworks())) {
            keys.setNetworks(key, networks);
        }
        KeyView after = view(tenant, find(tenant.tenant(), id));
        if (!after.equals(before)) {
            audit.record(actor, Action.of("key.change", tenantName).about(id), before, after);
        }
        return after;
    }

    /** Revoking it again changes nothing. */
    @Transactional
    public void revoke(Actor actor, String tenantName, UUID id) {
        TenantRecord tenant = lock(tenantName);
        RegisteredKey key = changeable(tenant, id);
        if (keys.revoke(key)) {
            audit.record(
                    actor,
                    Action.of("key.revoke", tenantName).about(id),
                    view(tenant, key),
                    view(tenant, find(tenant.tenant(), id)));
        }
    }

    @Transactional
    public KeyView.Issued rotate(Actor actor, String tenantName, UUID id, Rotation asked) {
        TenantRecord tenant = lock(tenantName);
        RegisteredKey key = changeable(tenant, id);
        if (!key.valid()) {
            throw Refusals.conflict("The key \"" + key.name() + "\" is revoked or has expired; create a new one");
        }
        if (key.replacedBy() != null) {
            throw Refusals.conflict("The key \"" + key.name() + "\" was replaced already, by " + key.replacedBy());
        }
        KeyView before = view(tenant, key);
        IssuedKey successor = keys.rotate(tenant.tenant(), key, asked.grace());
        audit.record(
                actor, Action.of("key.rotate", tenantName).about(id), before, view(tenant, find(tenant.tenant(), id)));
        return issued(actor, tenant, "key.create", successor);
    }

    private KeyView.Issued issued(Actor actor, TenantRecord tenant, String action, IssuedKey issued) {
        RegisteredKey key = issued.registered();
        audit.record(actor, Action.of(action, tenant.tenant().name()).about(key.id()), null, view(tenant, key));
        return KeyView.Issued.of(issued, budgetStatus(tenant, key));
    }

    private TenantRecord lock(String tenantName) {
        return tenants.lock(tenantName).orElseThrow(() -> Refusals.noTenant(tenantName));
    }

    private RegisteredKey changeable(TenantRecord tenant, UUID id) {
        RegisteredKey key = find(tenant.tenant(), id);
        if (isDeclared(tenant, key)) {
            throw Refusals.conflict(
                    "The key \"" + key.name()
                            + "\" is declared by the gateway's configuration (gateway.tenants, or PUT /admin/v1/declaration); change it there");
        }
        return key;
    }

    private RegisteredKey find(Tenant tenant, UUID id) {
        return keys.find(tenant, new KeyId(id))
                .orElseThrow(() -> Refusals.notFound("The team \"" + tenant.name() + "\" has no key " + id));
    }

    /** Once the tenant's declaration is gone, only operators can change its keys. */
    private static boolean isDeclared(TenantRecord tenant, RegisteredKey key) {
        return tenant.declared() && key.declared();
    }

    private KeyView view(TenantRecord tenant, RegisteredKey key) {
        return KeyView.of(key, isDeclared(tenant, key), budgetStatus(tenant, key));
    }

    private @Nullable BudgetStatus budgetStatus(TenantRecord tenant, RegisteredKey key) {
        return key.budget() == null ? null : ledger.budgetStatus(tenant.tenant().id(), key.budget());
    }

    private void refusePast(@Nullable Instant expiresAt) {
        if (expiresAt != null && !expiresAt.isAfter(clock.instant())) {
            throw new ProblemException(Problem.invalid("expiresAt", "must be in the future"));
        }
        if (expiresAt != null && expiresAt.isAfter(Instants.LATEST)) {
            throw new ProblemException(Problem.invalid("expiresAt", "must be before the year 10000"));
        }
    }

    private List<BudgetWindow> windows(Tenant tenant, @Nullable OwnBudgetTerms terms) {
        if (terms == null) {
            return List.of();
        }
        return terms.toWindows(
                ledger.budgetStatus(tenant.id(), null).windows().getFirst().window());
    }
}
