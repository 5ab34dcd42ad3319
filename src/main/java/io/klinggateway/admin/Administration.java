package io.klinggateway.admin;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.oversight.GenerationSummary;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * What operators do, for a caller inside the gateway: the calls of {@code /admin/v1}, with the same bodies, rules, refusals
 * and records.
 */
@Component
public class Administration {

    private final TenantOperations tenants;
    private final KeyOperations keys;
    private final CreditOperations credits;
    private final ReviewOperations reviews;
    private final DeliveryOperations deliveries;
    private final QueueOperations queues;
    private final AuditLog audit;
    private final OperatorJson json;

    Administration(
            TenantOperations tenants,
            KeyOperations keys,
            CreditOperations credits,
            ReviewOperations reviews,
            DeliveryOperations deliveries,
            QueueOperations queues,
            AuditLog audit,
            OperatorJson json) {
        this.tenants = tenants;
        this.keys = keys;
        this.credits = credits;
        this.reviews = reviews;
        this.deliveries = deliveries;
        this.queues = queues;
        this.audit = audit;
        this.json = json;
    }

    /**
     * By name.
     *
     * @param part what their names have in them; empty for all
     */
    public List<TenantView> tenants(String afterName, String part, int most) {
        return tenants.list(afterName, part, most);
    }

    public TenantView tenant(String name) {
        return tenants.find(name);
    }

    public TenantView createTenant(Operator operator, ObjectNode body) {
        return tenants.create(operator, json.read(body, TenantTerms.NewTenant.class));
    }

    public TenantView changeTenant(Operator operator, String name, ObjectNode patch) {
        return tenants.change(operator, name, new MergePatch(patch));
    }

    public List<KeyView> keys(String tenant) {
        return keys.list(tenant);
    }

    public KeyView.Issued issueKey(Operator operator, String tenant, ObjectNode body) {
        return keys.issue(operator, tenant, json.read(body, KeyTerms.NewKey.class));
    }

    public KeyView.Issued rotateKey(Operator operator, String tenant, UUID key, ObjectNode body) {
        Duration grace =
                Duration.ofSeconds(json.read(body, KeyTerms.Rotation.class).graceSeconds());
        return keys.rotate(operator, tenant, key, grace);
    }

    public void revokeKey(Operator operator, String tenant, UUID key) {
        keys.revoke(operator, tenant, key);
    }

    /**
     * @param idempotencyKey makes the call repeatable
     * @return false if the call was made before, and nothing is added now
     */
    public boolean grant(Operator operator, String tenant, ObjectNode body, String idempotencyKey) {
        return !credits.grant(operator, tenant, json.read(body, CreditTerms.NewGrant.class), idempotencyKey)
                .replayed();
    }

    /**
     * @param idempotencyKey makes the call repeatable
     * @return false if the call was made before, and nothing is added now
     */
    public boolean adjust(Operator operator, String tenant, ObjectNode body, String idempotencyKey) {
        return !credits.adjust(operator, tenant, json.read(body, CreditTerms.NewAdjustment.class), idempotencyKey)
                .replayed();
    }

    /**
     * Cancels all that the tenant has waiting.
     *
     * @param idempotencyKey makes the call repeatable
     * @return how many
     */
    public long cancelWaiting(Operator operator, String tenant, ObjectNode body, String idempotencyKey) {
        return queues.cancelWaiting(
                        operator, tenant, json.read(body, QueueOperations.Cancellation.class), idempotencyKey)
                .answer()
                .path("cancelled")
                .longValue();
    }

    public GenerationSummary resolve(Operator operator, UUID generation, ObjectNode body) {
        return reviews.resolve(
                operator, new GenerationId(generation), json.read(body, ReviewOperations.Resolution.class));
    }

    public void retryDelivery(Operator operator, UUID generation) {
        deliveries.retry(operator, new GenerationId(generation));
    }

    /**
     * Newest first, for looking at: an entry that is written late may stand above what was shown.
     *
     * @param tenant its name; null for all
     */
    public List<AuditEntry> latestAudit(@Nullable String tenant, long beforeSeq, int most) {
        return audit.latest(tenant, beforeSeq, most);
    }
}
