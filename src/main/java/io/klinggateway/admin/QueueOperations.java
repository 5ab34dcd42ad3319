package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.generation.Settlement;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.queue.QueueForecast;
import io.klinggateway.queue.QueueForecast.TeamQueue;
import io.klinggateway.tenant.TenantRecord;
import io.klinggateway.tenant.Tenants;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** What tenants have waiting in the queue. */
@Component
public class QueueOperations {

    /** In one transaction: the tenant's other requests wait for its budget meanwhile. */
    private static final int CANCELLED_AT_ONCE = 200;

    private final Tenants tenants;
    private final QueueForecast forecast;
    private final Settlement settlement;
    private final AuditLog audit;
    private final OperatorIdempotency idempotency;
    private final TransactionOperations transactions;

    QueueOperations(
            Tenants tenants,
            QueueForecast forecast,
            Settlement settlement,
            AuditLog audit,
            OperatorIdempotency idempotency,
            TransactionOperations transactions) {
        this.tenants = tenants;
        this.forecast = forecast;
        this.settlement = settlement;
        this.audit = audit;
        this.idempotency = idempotency;
        this.transactions = transactions;
    }

    public TeamQueue ofTenant(String tenantName) {
        TenantRecord tenant = tenants.find(tenantName).orElseThrow(() -> Refusals.noTenant(tenantName));
        return forecast.ofTeam(tenant.tenant().id());
    }

    @Schema(name = "QueueCancellation")
    public record Cancellation(
            @NotNull(message = "is required")
            @Pattern(regexp = Rules.REASON, message = Rules.REASON_RULE)
            @Schema(example = "a script ran away")
            String reason)
            implements OperatorBody {}

    /** @param cancelled how many */
    @Schema(name = "QueueCancelled")
    public record Cancelled(@Schema(example = "12") long cancelled) {}

    private record CancelCall(String action, String reason) {}

    /**
     * Cancels all that the tenant has waiting, a part at a time; each part is one transaction with its line in the audit.
     * What an interrupted call has cancelled stays so, and its repetition cancels the rest.
     *
     * @param key makes the call repeatable; null if the caller gave none
     */
    public IdempotentResult<Cancelled> cancelWaiting(
            Actor actor, String tenantName, Cancellation asked, @Nullable String key) {
        CancelCall call = new CancelCall("queue.cancel", asked.reason());
        long before = 0;
        while (true) {
            Part part = cancelPart(actor, tenantName, call, key, before);
            if (part.done() != null) {
                return part.done();
            }
            before += part.cancelled();
        }
    }

    /** @param done the call's answer; null if more may wait */
    private record Part(long cancelled, @Nullable IdempotentResult<Cancelled> done) {}

    private Part cancelPart(Actor actor, String tenantName, CancelCall call, @Nullable String key, long before) {
        return Objects.requireNonNull(transactions.execute(_ -> {
            // Under the tenant's lock, calls with the same key come one after the other.
            TenantRecord tenant = tenants.lock(tenantName).orElseThrow(() -> Refusals.noTenant(tenantName));
            TenantId id = tenant.tenant().id();
            IdempotentResult<Cancelled> replay =
                    idempotency.find(id, call, key, Cancelled.class).orElse(null);
            if (replay != null) {
                return new Part(0, replay);
            }
            int cancelled = settlement.cancelWaiting(id, actor.name(), call.reason(), CANCELLED_AT_ONCE);
            if (cancelled > 0) {
                audit.record(
                        actor,
                        Action.of(call.action(), tenantName).because(call.reason()),
                        null,
                        new Cancelled(cancelled));
            }
            if (cancelled == CANCELLED_AT_ONCE) {
                return new Part(cancelled, null);
            }
            return new Part(cancelled, idempotency.keep(id, call, key, new Cancelled(before + cancelled)));
        }));
    }
}
