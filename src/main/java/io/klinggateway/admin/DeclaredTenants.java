package io.klinggateway.admin;

import io.klinggateway.admin.DeclaredTenantsSettings.DeclaredKey;
import io.klinggateway.admin.DeclaredTenantsSettings.DeclaredTenant;
import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.Budget;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Takes the declared tenants over at start, all or none, before the first request is served. Repeating it changes
 * nothing, and several replicas may do it at once.
 */
@Component
@EnableConfigurationProperties(DeclaredTenantsSettings.class)
class DeclaredTenants implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(DeclaredTenants.class);

    private final DeclaredTenantsSettings settings;
    private final Tenants tenants;
    private final TransactionOperations transactions;
    private boolean running;

    DeclaredTenants(DeclaredTenantsSettings settings, Tenants tenants, TransactionOperations transactions) {
        this.settings = settings;
        this.tenants = tenants;
        this.transactions = transactions;
    }

    @Override
    public void start() {
        refuseNonsense();
        transactions.executeWithoutResult(_ -> settings.tenants().forEach(this::register));
        log.info("declared tenants taken over: {}", settings.tenants().size());
        running = true;
    }

    /** Always in the order of the configuration, so that two replicas never wait for each other in a circle. */
    private void register(DeclaredTenant declared) {
        Budget budget = new Budget(
                declared.budget().period(),
                new Credits(declared.budget().limit()),
                declared.budget().timeZone());
        Tenant tenant = tenants.register(declared.name(), budget);
        declared.keys().forEach(key -> tenants.registerKey(tenant, key.name(), key.sha256()));
    }

    private void refuseNonsense() {
        Set<String> names = new HashSet<>();
        Set<String> keys = new HashSet<>();
        for (DeclaredTenant tenant : settings.tenants()) {
            if (!names.add(tenant.name())) {
                throw new IllegalStateException("gateway.tenants declares the name \"" + tenant.name() + "\" twice");
            }
            for (DeclaredKey key : tenant.keys()) {
                if (!key.hasDigest()) {
                    throw new IllegalStateException("gateway.tenants declares key \"" + key.name() + "\" of tenant \""
                            + tenant.name() + "\" with a sha256 that is not 64 hexadecimal digits");
                }
                if (!keys.add(key.sha256().toLowerCase(Locale.ROOT))) {
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
