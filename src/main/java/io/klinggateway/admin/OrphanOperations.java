package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.orphan.OrphanJob;
import io.klinggateway.orphan.Orphans;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.reconciliation.SystemStatus;
import io.klinggateway.tenant.Tenants;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.Map;
import java.util.Objects;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Resolves what the vendor took credits for and no team pays for. All of it is in the audit log, with its reason.
 */
@Component
public class OrphanOperations {

    private final Orphans orphans;
    private final Tenants tenants;
    private final SystemStatus status;
    private final AuditLog audit;
    private final TransactionOperations transactions;

    OrphanOperations(
            Orphans orphans, Tenants tenants, SystemStatus status, AuditLog audit, TransactionOperations transactions) {
        this.orphans = orphans;
        this.tenants = tenants;
        this.status = status;
        this.audit = audit;
        this.transactions = transactions;
    }

    /** @param tenant whose job it was */
    @Schema(name = "OrphanAssignment")
    public record Assignment(
            @NotNull(message = "is required") @Pattern(regexp = Rules.NAME, message = Rules.NAME_RULE)
            String tenant,

            @NotNull(message = "is required") @Pattern(regexp = Rules.REASON, message = Rules.REASON_RULE)
            String reason)
            implements OperatorBody {}

    /** Why something is left as it is. */
    @Schema(name = "Dismissal")
    public record Dismissal(
            @NotNull(message = "is required") @Pattern(regexp = Rules.REASON, message = Rules.REASON_RULE)
            String reason)
            implements OperatorBody {}

    /**
     * Books a job on a team, once: it pays for it in the periods in which the vendor made it. Asks the vendor for the job first.
     *
     * @throws ProblemException if there is no such orphan or team, it is resolved already, or the vendor does not answer
     */
    public OrphanJob assign(Actor actor, VendorJobId id, Assignment asked) {
        OrphanJob before = find(id);
        TenantId tenant = tenants.find(asked.tenant())
                .orElseThrow(() -> Refusals.noTenant(asked.tenant()))
                .tenant()
                .id();
        // Asked before any transaction begins.
        VendorJob job = orphans.bookable(id);
        GenerationId generation = Objects.requireNonNull(transactions.execute(_ -> {
            GenerationId booked = orphans.assign(job, tenant, actor.name(), asked.reason());
            audit.record(
                    actor,
                    Action.of("orphan.assign", asked.tenant()).about(id).because(asked.reason()),
                    before,
                    find(id));
            return booked;
        }));
        orphans.settle(generation, job);
        return find(id);
    }

    /**
     * Leaves a job unpaid for good.
     *
     * @throws ProblemException if there is no such orphan, or it is resolved already
     */
    public OrphanJob dismiss(Actor actor, VendorJobId id, Dismissal asked) {
        OrphanJob before = find(id);
        return transactions.execute(_ -> {
            orphans.dismiss(id);
            OrphanJob after = find(id);
            audit.record(actor, Action.ofNoTenant("orphan.dismiss").about(id).because(asked.reason()), before, after);
            return after;
        });
    }

    /** Takes the vendor's account to be right as it stands. */
    public void acceptVendorDrift(Actor actor, Dismissal asked) {
        transactions.executeWithoutResult(_ -> {
            status.acceptVendorDrift();
            audit.record(
                    actor,
                    Action.ofNoTenant("vendor-drift.accept").because(asked.reason()),
                    Map.of("driftCredits", status.vendorDrift().orElse(0L)),
                    null);
        });
    }

    /** @throws ProblemException if there is no such orphan */
    public OrphanJob find(VendorJobId id) {
        return orphans.find(id).orElseThrow(() -> Refusals.notFound("There is no orphan " + id));
    }
}
