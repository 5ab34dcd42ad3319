package io.klinggateway.admin;

import io.klinggateway.webhook.WebhookUrlPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Takes the tenants that the configuration declares over at start, all or none, before the first request is served. An older
 * declaration than the newest one seen, and an empty one, change nothing: an old pod or an empty mount suspends no tenant.
 */
@Component
@EnableConfigurationProperties(DeclaredTenantsSettings.class)
class StartupDeclaration implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(StartupDeclaration.class);
    private static final Actor CONFIGURATION = Actor.configuration();

    private final DeclaredTenantsSettings settings;
    private final DeclarationReconciler reconciler;
    private final WebhookUrlPolicy receivers;
    private boolean running;

    StartupDeclaration(DeclaredTenantsSettings settings, DeclarationReconciler reconciler, WebhookUrlPolicy receivers) {
        this.settings = settings;
        this.reconciler = reconciler;
        this.receivers = receivers;
    }

    @Override
    public void start() {
        DeclaredTenant.faults(settings.tenants()).values().stream().findFirst().ifPresent(sentences -> {
            throw new IllegalStateException("gateway.tenants " + sentences.getFirst());
        });
        settings.tenants().forEach(this::refuseBrokenWebhook);
        if (settings.tenants().isEmpty()) {
            log.info("no tenants are declared: those that are known stay as they are");
        } else {
            reconciler.inTransaction(_ -> apply());
        }
        running = true;
    }

    private void refuseBrokenWebhook(DeclaredTenant tenant) {
        if (tenant.defaultWebhook() != null) {
            receivers.brokenRule(tenant.defaultWebhook().url()).ifPresent(rule -> {
                throw new IllegalStateException("gateway.tenants declares tenant \"" + tenant.name()
                        + "\" with a default webhook whose url " + rule);
            });
        }
    }

    private boolean apply() {
        long newest = reconciler.lockRevision();
        if (settings.declarationRevision() < newest) {
            log.warn(
                    "the declared tenants are ignored: their revision {} is older than {}, which was seen before",
                    settings.declarationRevision(),
                    newest);
            return false;
        }
        reconciler.setRevision(settings.declarationRevision());
        reconciler.apply(CONFIGURATION, settings.tenants());
        log.info(
                "declared tenants taken over: {}, revision {}",
                settings.tenants().size(),
                settings.declarationRevision());
        return true;
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
