package io.klinggateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.klinggateway.ledger.BudgetStatus;
import io.klinggateway.ledger.WindowBalance;
import io.klinggateway.ledger.WindowView;
import io.klinggateway.tenant.Limits;
import io.klinggateway.tenant.TenantRecord;
import io.klinggateway.tenant.TenantStatus;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A tenant as operators see it.
 *
 * @param costCentre whose books its spend goes to; null if none is set
 * @param declared by the configuration: only grants and adjustments change it here
 * @param selfService within which bounds the team manages its own keys; null if it may not
 * @param defaultWebhook of jobs whose requests say nothing of one; null if there is none
 * @param notice what a change of the budget's period did; absent otherwise
 */
@Schema(name = "OperatorTenant")
public record TenantView(
        UUID id,
        @Schema(example = "design") String name,
        TenantStatus status,
        boolean declared,
        @Schema(example = "4711") @Nullable String costCentre,

        @Schema(description = RETENTION_DAYS, example = "30") @Nullable
        Integer retentionDays,

        BudgetView budget,
        LimitsView limits,
        @Nullable SelfServiceTerms selfService,
        @Nullable DefaultWebhookView defaultWebhook,
        BalanceView balance,
        Instant createdAt,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String notice) {

    static final String RETENTION_DAYS =
            "Days after a job's end that its request is kept; null: as gateway.retention.requests says.";

    static TenantView of(TenantRecord tenant, BudgetStatus budgetStatus) {
        return new TenantView(
                tenant.tenant().id().value(),
                tenant.tenant().name(),
                tenant.status(),
                tenant.declared(),
                tenant.settings().costCentre(),
                tenant.settings().retentionDays(),
                new BudgetView(
                        budgetStatus.timeZone().getId(),
                        budgetStatus.windows().stream().map(WindowView::of).toList()),
                LimitsView.of(tenant.settings().limits()),
                SelfServiceTerms.of(tenant.selfService()),
                DefaultWebhookView.of(tenant.defaultWebhook()),
                BalanceView.of(budgetStatus),
                tenant.createdAt(),
                null);
    }

    TenantView withNotice(@Nullable String sentence) {
        return with(defaultWebhook, sentence);
    }

    /** For the audit. */
    TenantView masked() {
        return defaultWebhook == null ? this : with(defaultWebhook.masked(), notice);
    }

    private TenantView with(@Nullable DefaultWebhookView webhook, @Nullable String sentence) {
        return new TenantView(
                id,
                name,
                status,
                declared,
                costCentre,
                retentionDays,
                budget,
                limits,
                selfService,
                webhook,
                balance,
                createdAt,
                sentence);
    }

    /** @param windows the longest first; all of them hold */
    @Schema(name = "OperatorBudget")
    public record BudgetView(@Schema(example = "UTC") String timeZone, List<WindowView> windows) {}

    /** null is no limit. */
    @Schema(name = "OperatorLimits")
    public record LimitsView(
            @Schema(description = REQUESTS_PER_MINUTE, example = "60") @Nullable
            Integer requestsPerMinute,

            @Schema(description = CONCURRENT_GENERATIONS, example = "10") @Nullable
            Integer concurrentGenerations,

            @Schema(description = WAITING_GENERATIONS, example = "1000") @Nullable
            Integer waitingGenerations,

            @Schema(description = WEIGHT, example = "2") int weight) {

        static final String REQUESTS_PER_MINUTE = "Requests to generate or quote in a minute; null is no limit.";
        static final String CONCURRENT_GENERATIONS =
                "Jobs at the vendor at once; what is beyond waits in the queue; null is no limit.";
        static final String WAITING_GENERATIONS =
                "Jobs that may wait in the queue; a request beyond it is answered 429 `queue_full`; null is no limit.";
        static final String WEIGHT =
                "The tenant's share of the vendor's rate against other tenants' while several have jobs waiting.";

        static LimitsView of(Limits limits) {
            return new LimitsView(
                    limits.requestsPerMinute(),
                    limits.concurrentGenerations(),
                    limits.waitingGenerations(),
                    limits.weight());
        }
    }

    /**
     * What the tenant may spend now, and the window that decides about it; keys' own budgets aside.
     *
     * @param available by all windows together
     * @param window its name; the members below are of it
     * @param periodStart null, as {@code resetsAt}, for a window that never starts anew
     */
    @Schema(name = "OperatorBalance")
    public record BalanceView(
            long available,
            @Schema(example = "month") String window,
            long ceiling,
            long held,
            long captured,
            @Nullable LocalDate periodStart,
            @Nullable Instant resetsAt) {

        static BalanceView of(BudgetStatus budgetStatus) {
            WindowBalance limiting = budgetStatus.limiting();
            return new BalanceView(
                    budgetStatus.spendable().available().amount(),
                    limiting.name(),
                    Objects.requireNonNull(limiting.ceiling()).amount(),
                    limiting.held().amount(),
                    limiting.captured().amount(),
                    limiting.periodStart(),
                    limiting.resetsAt());
        }
    }
}
