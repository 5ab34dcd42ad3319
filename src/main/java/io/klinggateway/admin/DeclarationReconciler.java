package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.admin.DeclarationPlan.PlannedAction;
import io.klinggateway.admin.DeclarationPlan.PlannedTenant;
import io.klinggateway.admin.NetworkList.NetworkListCheck;
import io.klinggateway.admin.TenantTerms.BudgetTerms;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.tenant.CidrBlock;
import io.klinggateway.tenant.DefaultWebhook;
import io.klinggateway.tenant.Keys;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.TenantRecord;
import io.klinggateway.tenant.TenantStatus;
import io.klinggateway.tenant.Tenants;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Makes the tenants what a declaration says. Repeating it changes nothing. One that was declared before and is not any more is
 * suspended; those that nobody declared are left alone.
 */
@Component
class DeclarationReconciler {

    private static final Logger log = LoggerFactory.getLogger(DeclarationReconciler.class);
    private static final int MOST_ATTEMPTS = 5;

    private static final String REVISION = "select revision from declaration";
    private static final String LOCK_REVISION = "select revision from declaration for update";
    private static final String SET_REVISION = "update declaration set revision = :revision";

    private final JdbcClient jdbc;
    private final Tenants tenants;
    private final Keys keys;
    private final Ledger ledger;
    private final AuditLog audit;
    private final OperatorJson json;
    private final TransactionOperations transactions;

    DeclarationReconciler(
            JdbcClient jdbc,
            Tenants tenants,
            Keys keys,
            Ledger ledger,
            AuditLog audit,
            OperatorJson json,
            TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.tenants = tenants;
        this.keys = keys;
        this.ledger = ledger;
        this.audit = audit;
        this.json = json;
        this.transactions = transactions;
    }

    /** Other replicas admit and settle meanwhile, many tenants in one transaction: who meets them in a circle begins again. */
    <T> T inTransaction(Function<TransactionStatus, T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return Objects.requireNonNull(transactions.execute(work::apply));
            } catch (PessimisticLockingFailureException met) {
                if (attempt == MOST_ATTEMPTS) {
                    throw met;
                }
                log.warn("the declared tenants are taken over anew: {}", met.getMessage());
            }
        }
    }

    /** One declaration at a time is taken over; -1 before the first. */
    @Transactional(propagation = Propagation.MANDATORY)
    long lockRevision() {
        return jdbc.sql(LOCK_REVISION).query(Long.class).single();
    }

    long revision() {
        return jdbc.sql(REVISION).query(Long.class).single();
    }

    @Transactional(propagation = Propagation.MANDATORY)
    void setRevision(long revision) {
        jdbc.sql(SET_REVISION).param("revision", revision).update();
    }

    /** @return what became of each tenant that is declared, and of those that were */
    @Transactional(propagation = Propagation.MANDATORY)
    List<PlannedTenant> apply(Actor actor, List<DeclaredTenant> declared) {
        List<PlannedTenant> planned = new ArrayList<>();
        declared.forEach(tenant -> planned.add(declare(actor, tenant)));
        Set<String> names = declared.stream().map(DeclaredTenant::name).collect(Collectors.toSet());
        tenants.lockDeclared().stream()
                .filter(tenant -> !names.contains(tenant.tenant().name()))
                .forEach(tenant -> planned.add(withdraw(actor, tenant)));
        return planned;
    }

    private PlannedTenant declare(Actor actor, DeclaredTenant declared) {
        TenantRecord known = tenants.lock(declared.name()).orElse(null);
        Declared before = known == null ? null : state(known);
        DeclaredTenantView shownBefore = known == null ? null : view(known);
        Tenant tenant = tenants.register(declared.name(), declared.budget().toBudget());
        TenantRecord locked = tenants.lock(tenant.name()).orElseThrow();
        TenantRecord registered = tenants.change(
                locked,
                TenantStatus.ACTIVE,
                true,
                declared.toSettings().with(defaultWebhook(declared, locked.defaultWebhook())));
        keys.declare(
                tenant,
                declared.keysOrNone().stream()
                        .map(key -> new Keys.NamedDigest(
                                key.name(), key.sha256(), NetworkListCheck.parse(key.allowedNetworks())))
                        .toList());
        Declared after = state(registered);
        if (after.equals(before)) {
            return planned(PlannedAction.NONE, shownBefore, view(registered));
        }
        audit.record(actor, Action.of("tenant.declare", tenant.name()), before, after);
        return planned(known == null ? PlannedAction.CREATE : PlannedAction.CHANGE, shownBefore, view(registered));
    }

    /** One that the team or an operator has set stays, unless the declaration says another. */
    private static @Nullable DefaultWebhook defaultWebhook(DeclaredTenant declared, @Nullable DefaultWebhook known) {
        DefaultWebhook stated = DefaultWebhookTerms.toWebhook(declared.defaultWebhook());
        return stated != null ? stated.declared(true) : known != null && known.declared() ? null : known;
    }

    /** Its history, its keys and its default webhook stay; operators may take it over. */
    private PlannedTenant withdraw(Actor actor, TenantRecord tenant) {
        Declared before = state(tenant);
        DeclaredTenantView shownBefore = view(tenant);
        DefaultWebhook webhook = tenant.defaultWebhook();
        TenantRecord withdrawn = tenants.change(
                tenant,
                TenantStatus.SUSPENDED,
                false,
                tenant.settings().with(webhook == null ? null : webhook.declared(false)));
        audit.record(actor, Action.of("tenant.withdraw", tenant.tenant().name()), before, state(withdrawn));
        log.warn(
                "the tenant {} is no longer declared: it is suspended",
                tenant.tenant().name());
        return planned(PlannedAction.SUSPEND, shownBefore, view(withdrawn));
    }

    private PlannedTenant planned(PlannedAction action, @Nullable DeclaredTenantView before, DeclaredTenantView after) {
        return new PlannedTenant(
                after.id(),
                after.name(),
                action,
                FieldChange.between(before == null ? null : json.tree(before), json.tree(after)));
    }

    /** What a declaration says of a tenant, and what it does not: keys that the API issued, a default webhook of the team's own. */
    private record Declared(
            TenantStatus status,
            boolean declared,
            @Nullable String costCentre,
            @Nullable Integer retentionDays,
            BudgetTerms budget,
            TenantView.LimitsView limits,
            @Nullable SelfServiceTerms selfService,
            @Nullable DefaultWebhookView defaultWebhook,
            List<ListedKey> keys) {}

    private record ListedKey(UUID id, String name, boolean valid, List<String> allowedNetworks) {}

    private Declared state(TenantRecord tenant) {
        DeclaredTenantView view = view(tenant);
        DefaultWebhookView webhook = DefaultWebhookView.of(tenant.defaultWebhook());
        return new Declared(
                view.status(),
                view.declared(),
                view.costCentre(),
                view.retentionDays(),
                view.budget(),
                view.limits(),
                view.selfService(),
                webhook == null ? null : webhook.masked(),
                keys.list(tenant.tenant()).stream()
                        .map(key -> new ListedKey(
                                key.id().value(),
                                key.name(),
                                key.valid(),
                                key.allowedNetworks().stream()
                                        .map(CidrBlock::toString)
                                        .toList()))
                        .toList());
    }

    /** As readers of the declaration see it. */
    DeclaredTenantView view(TenantRecord tenant) {
        return DeclaredTenantView.of(
                TenantView.of(tenant, ledger.budgetStatus(tenant.tenant().id(), null)), keys.list(tenant.tenant()));
    }
}
