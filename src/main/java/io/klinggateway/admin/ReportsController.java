package io.klinggateway.admin;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.VendorAccount;
import io.klinggateway.ledger.BalanceMismatch;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.orphan.Orphans;
import io.klinggateway.reconciliation.SystemStatus;
import io.klinggateway.support.Page;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import io.klinggateway.usage.UsageAnswer;
import io.klinggateway.usage.UsageReports;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What operators can look up: who did what, who spent what, and whether the books are right. */
@RestController
@RequestMapping("/admin/v1")
@Tag(name = "Reports")
class ReportsController {

    private final AuditLog audit;
    private final UsageReports usage;
    private final Ledger ledger;
    private final Tenants tenants;
    private final Apiframe apiframe;
    private final SystemStatus status;
    private final Orphans orphans;

    ReportsController(
            AuditLog audit,
            UsageReports usage,
            Ledger ledger,
            Tenants tenants,
            Apiframe apiframe,
            SystemStatus status,
            Orphans orphans) {
        this.orphans = orphans;
        this.status = status;
        this.audit = audit;
        this.usage = usage;
        this.ledger = ledger;
        this.tenants = tenants;
        this.apiframe = apiframe;
    }

    @GetMapping(path = "/audit", produces = "application/json")
    @Operation(summary = "What operators and the configuration changed, oldest first")
    Page<AuditEntry> audit(
            @RequestParam(required = false) @Nullable String tenant,
            @RequestParam(required = false) @Nullable String actor,
            @RequestParam(required = false) @Schema(example = "2026-11-01T00:00:00Z") @Nullable String from,
            @RequestParam(required = false) @Schema(description = "Exclusive") @Nullable String to,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Schema(type = "integer", minimum = "1", maximum = "1000") @Nullable
                    String limit) {
        PageQuery query = new PageQuery();
        AuditLog.Filter filter = new AuditLog.Filter(
                query.name("tenant", tenant),
                query.name("actor", actor),
                query.time("from", from),
                query.time("to", to),
                query.afterSeq(cursor));
        int most = query.limit(limit);
        query.refuseInvalid();
        return Page.of(audit.page(filter, most + 1), most, AuditEntry::seq);
    }

    @GetMapping("/usage")
    @Operation(
            summary = "Spend by tenant, key, day, month, model and label, for chargeback; as JSON or as CSV",
            description =
                    "A job counts on the day of its hold, whenever it is settled. Days and months are those of the "
                            + "tenant's zone if one is named, else of UTC, unless `zone` names another")
    @UsageAnswer
    ResponseEntity<?> usage(
            @RequestParam(required = false) @Schema(example = "design") @Nullable String tenant,
            @RequestParam(required = false) @Schema(example = "2026-11-01") @Nullable String from,
            @RequestParam(required = false)
                    @Schema(example = "2026-11-30", description = "A date is included, a time is not")
                    @Nullable
                    String to,
            @RequestParam(required = false)
                    @Schema(example = "tenant,month,label:project", defaultValue = "tenant")
                    @Nullable
                    String groupBy,
            @RequestParam(required = false)
                    @Schema(
                            allowableValues = {"json", "csv"},
                            defaultValue = "json")
                    @Nullable
                    String format,
            @RequestParam(required = false) @Schema(example = "Europe/Berlin") @Nullable String zone) {
        PageQuery query = new PageQuery();
        String name = query.name("tenant", tenant);
        query.refuseInvalid();
        return usage.forOperators(
                new UsageReports.Request(from, to, groupBy, format, zone), name == null ? null : team(name));
    }

    private UsageReports.ReportedTeam team(String name) {
        Tenant tenant =
                tenants.find(name).orElseThrow(() -> Refusals.noTenant(name)).tenant();
        return new UsageReports.ReportedTeam(
                tenant.id(),
                tenant.name(),
                ledger.budgetStatus(tenant.id(), null).timeZone());
    }

    @GetMapping(path = "/reconciliation", produces = "application/json")
    @Operation(summary = "What the last check of the ledger found (nothing, if all is well), and the vendor's balance")
    ReconciliationView reconciliation() {
        List<BalanceMismatch> differences = ledger.differences();
        Map<TenantId, String> names =
                tenants.names(differences.stream().map(BalanceMismatch::tenant).toList());
        long openHolds = status.openHolds();
        Orphans.Unresolved unresolved = orphans.unresolved();
        Optional<Long> balance = apiframe.account().map(VendorAccount::balance).map(credits -> credits.amount());
        return new ReconciliationView(
                differences.stream()
                        .map(difference -> BalanceMismatchView.of(difference, names.get(difference.tenant())))
                        .toList(),
                openHolds,
                balance.orElse(null),
                balance.map(credits -> credits >= openHolds).orElse(null),
                status.vendorDrift().orElse(null),
                unresolved.jobs(),
                unresolved.credits());
    }

    /**
     * @param openHoldCredits of all tenants
     * @param vendorCredits the balance of the vendor's account; null if the vendor does not tell now
     * @param covered whether it suffices for all open holds
     * @param vendorDriftCredits missing from that account and unknown to the books; null if that cannot be told
     * @param orphanJobs that no team pays for and nobody has resolved, and {@code orphanCredits}, what the vendor took for them
     */
    @Schema(name = "OperatorReconciliation")
    record ReconciliationView(
            List<BalanceMismatchView> differences,
            long openHoldCredits,
            @Nullable Long vendorCredits,
            @Nullable Boolean covered,
            @Nullable Long vendorDriftCredits,
            long orphanJobs,
            long orphanCredits) {}

    /** A balance less the sum of its journal entries; about a key's own budget if it has an id. */
    @Schema(name = "OperatorBalanceMismatch")
    record BalanceMismatchView(
            @Nullable String tenant,
            UUID tenantId,
            @Nullable UUID keyBudgetId,
            PeriodKind period,
            LocalDate periodStart,
            long held,
            long captured,
            long granted) {

        static BalanceMismatchView of(BalanceMismatch difference, @Nullable String tenant) {
            return new BalanceMismatchView(
                    tenant,
                    difference.tenant().value(),
                    difference.keyBudget() == null
                            ? null
                            : difference.keyBudget().value(),
                    difference.period(),
                    difference.periodStart(),
                    difference.held(),
                    difference.captured(),
                    difference.granted());
        }
    }
}
