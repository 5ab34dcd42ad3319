package io.klinggateway.admin;

import io.klinggateway.admin.NetworkList.NetworkListCheck;
import io.klinggateway.tenant.Network;
import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.admin.DeclaredTenantsSettings.DeclaredKey;
import io.klinggateway.admin.DeclaredTenantsSettings.DeclaredTenant;
import io.klinggateway.admin.TenantTerms.BudgetTerms;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.tenant.Keys;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.TenantRecord;
import io.klinggateway.tenant.TenantStatus;
import io.klinggateway.tenant.Tenants;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Takes the declared tenants over at start, all or none, before the first request is served. Repeating it changes
 * nothing, and several replicas may do it at once. An older declaration than the newest one seen, and an empty one,
 * change nothing either: an old pod or an empty mount suspends no tenant.
 */
@Component
@EnableConfigurationProperties(DeclaredTenantsSettings.class)
class DeclaredTenants implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(DeclaredTenants.class);
    private static final int MOST_ATTEMPTS = 5;
    private static final Operator CONFIGURATION = new Operator("configuration");

    private static final String LOCK_REVISION = "select revision from declaration for update";
    private static final String SET_REVISION = "update declaration set revision = :revision";

    private final DeclaredTenantsSettings settings;
    private final JdbcClient jdbc;
    private final Tenants tenants;
    private final Keys keys;
    private final Ledger ledger;
    private final AuditLog audit;
    private final TransactionOperations transactions;
    private boolean running;

    DeclaredTenants(
            DeclaredTenantsSettings settings,
            JdbcClient jdbc,
            Tenants tenants,
            Keys keys,
            Ledger ledger,
            AuditLog audit,
            TransactionOperations transactions) {
        this.settings = settings;
        this.jdbc = jdbc;
        this.tenants = tenants;
        this.keys = keys;
        this.ledger = ledger;
        this.audit = audit;
        this.transactions = transactions;
    }

    @Override
    public void start() {
        refuseNonsense();
        if (settings.tenants().isEmpty()) {
            log.info("no tenants are declared: those that are known stay as they are");
        } else {
            takeOverInTheEnd();
        }
        running = true;
    }

    /** Other replicas admit and settle meanwhile, many tenants in one transaction: who meets them in a circle begins again. */
    private void takeOverInTheEnd() {
        for (int attempt = 1; ; attempt++) {
            try {
                transactions.executeWithoutResult(_ -> takeOver());
                return;
            } catch (PessimisticLockingFailureException met) {
                if (attempt == MOST_ATTEMPTS) {
                    throw met;
                }
                log.warn("the declared tenants are taken over anew: {}", met.getMessage());
            }
        }
    }

    /** One replica at a time. */
    private void takeOver() {
        long newest = jdbc.sql(LOCK_REVISION).query(Long.class).single();
        if (settings.declarationRevision() < newest) {
            log.warn(
                    "the declared tenants are ignored: their revision {} is older than {}, which was seen before",
                    settings.declarationRevision(),
                    newest);
            return;
        }
        jdbc.sql(SET_REVISION).param("revision", settings.declarationRevision()).update();
        settings.tenants().forEach(this::declare);
        Set<String> names =
                settings.tenants().stream().map(DeclaredTenant::name).collect(Collectors.toSet());
        tenants.lockDeclared().stream()
                .filter(tenant -> !names.contains(tenant.tenant().name()))
                .forEach(this::withdraw);
        log.info(
                "declared tenants taken over: {}, revision {}",
                settings.tenants().size(),
                settings.declarationRevision());
    }

    private void declare(DeclaredTenant declared) {
        TenantRecord known = tenants.lock(declared.name()).orElse(null);
        Declared before = known == null ? null : state(known);
        Tenant tenant = tenants.register(declared.name(), declared.budget().toBudget());
        TenantRecord registered = tenants.change(
                tenants.lock(tenant.name()).orElseThrow(),
                TenantStatus.ACTIVE,
                true,
                declared.costCentre(),
                declared.limits().toLimits());
        keys.declare(
                tenant,
                declared.keys().stream()
                        .map(key -> new Keys.NamedDigest(
                                key.name(), key.sha256(), NetworkListCheck.parse(key.allowedNetworks())))
                        .toList());
        Declared after = state(registered);
        if (!Objects.equals(before, after)) {
            audit.record(CONFIGURATION, Action.of("tenant.declare", tenant.name()), before, after);
        }
    }

    /** Its history, and its keys, stay; operators may take it over. */
    private void withdraw(TenantRecord tenant) {
        Declared before = state(tenant);
        TenantRecord withdrawn =
                tenants.change(tenant, TenantStatus.SUSPENDED, false, tenant.costCentre(), tenant.limits());
        audit.record(CONFIGURATION, Action.of("tenant.withdraw", tenant.tenant().name()), before, state(withdrawn));
        log.warn(
                "the tenant {} is no longer declared: it is suspended",
                tenant.tenant().name());
    }

    /** What a declaration says of a tenant, and what it does not: keys that the API issued. */
    private record Declared(
            TenantStatus status,
            boolean declared,
            @Nullable String costCentre,
            BudgetTerms budget,
            TenantView.LimitsView limits,
            List<ListedKey> keys) {}

    private record ListedKey(UUID id, String name, boolean valid, List<String> allowedNetworks) {}

    private Declared state(TenantRecord tenant) {
        TenantView view = TenantView.of(tenant, ledger.account(tenant.tenant().id(), null));
        return new Declared(
                view.status(),
                view.declared(),
                view.costCentre(),
                BudgetTerms.of(view.budget()),
                view.limits(),
                keys.list(tenant.tenant()).stream()
                        .map(key -> new ListedKey(
                                key.id().value(),
                                key.name(),
                                key.valid(),
                                key.allowedNetworks().stream().map(Network::toString).toList()))
                        .toList());
    }

    private void refuseNonsense() {
        Set<String> names = new HashSet<>();
        Set<String> digests = new HashSet<>();
        for (DeclaredTenant tenant : settings.tenants()) {
            if (!names.add(tenant.name())) {
                throw new IllegalStateException("gateway.tenants declares the name \"" + tenant.name() + "\" twice");
            }
            Set<String> keyNames = new HashSet<>();
            for (DeclaredKey key : tenant.keys()) {
                if (!key.hasDigest()) {
                    throw new IllegalStateException("gateway.tenants declares key \"" + key.name() + "\" of tenant \""
                            + tenant.name() + "\" with a sha256 that is not 64 hexadecimal digits");
                }
                if (!keyNames.add(key.name())) {
                    throw new IllegalStateException("gateway.tenants declares the key \"" + key.name()
                            + "\" of tenant \"" + tenant.name() + "\" twice");
                }
                if (!digests.add(key.sha256().toLowerCase(Locale.ROOT))) {
                    throw new IllegalStateException("gateway.tenants declares the sha256 of key \"" + key.name()
                            + "\" of tenant \"" + tenant.name() + "\" twice");
                }
            }
        }
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Before everything else that starts: the web server and the background work. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }
}
