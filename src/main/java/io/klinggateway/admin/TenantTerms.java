package io.klinggateway.admin;

import io.klinggateway.admin.TenantView.BudgetView;
import io.klinggateway.admin.TenantView.LimitsView;
import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.support.Zones;
import io.klinggateway.tenant.Limits;
import io.klinggateway.tenant.TenantSettings;
import io.klinggateway.tenant.TenantStatus;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What operators say about a tenant. */
public final class TenantTerms {

    private static final String LIMIT_RULE = "must be from 1 to " + Limits.HIGHEST + ", not ${validatedValue}";
    private static final String WEIGHT_RULE = "must be from 1 to " + Limits.HIGHEST_WEIGHT + ", not ${validatedValue}";

    static final String RETENTION_RULE =
            "must be from 0 to " + TenantSettings.LONGEST_RETENTION_DAYS + " days, not ${validatedValue}";

    private TenantTerms() {}

    /** What somebody states of a tenant beside its budget. */
    interface StatedSettings {

        @Nullable
        String costCentre();

        @Nullable
        Integer retentionDays();

        @Nullable
        LimitTerms limits();

        @Nullable
        SelfServiceTerms selfService();

        @Nullable
        DefaultWebhookTerms defaultWebhook();

        /** The settings of a valid statement; a default webhook in them is not taken for a declared one. */
        default TenantSettings toSettings() {
            return new TenantSettings(
                    costCentre(),
                    retentionDays(),
                    LimitTerms.toLimits(limits()),
                    SelfServiceTerms.toSelfService(selfService()),
                    DefaultWebhookTerms.toWebhook(defaultWebhook()));
        }
    }

    public record NewTenant(
            @NotNull(message = "is required")
            @Pattern(regexp = Rules.NAME, message = Rules.NAME_RULE)
            @Schema(example = "design")
            String name,

            @NotNull(message = "is required: every team has a budget") @Valid
            BudgetTerms budget,

            @Pattern(regexp = Rules.COST_CENTRE, message = Rules.COST_CENTRE_RULE)
            @Schema(example = "4711", maxLength = 64)
            @Nullable
            String costCentre,

            @Min(value = 0, message = RETENTION_RULE)
            @Max(value = TenantSettings.LONGEST_RETENTION_DAYS, message = RETENTION_RULE)
            @Schema(description = TenantView.RETENTION_DAYS, example = "30")
            @Nullable
            Integer retentionDays,

            @Valid @Nullable LimitTerms limits,
            @Valid @Nullable SelfServiceTerms selfService,
            @Valid @Nullable DefaultWebhookTerms defaultWebhook)
            implements OperatorBody, StatedSettings {}

    /** What of a tenant may change, all of it; a merge patch says which part does. */
    @Schema(name = "TenantChange")
    record TenantChange(
            @NotNull(message = "is required") TenantStatus status,

            @NotNull(message = "is required: every team has a budget") @Valid
            BudgetTerms budget,

            @Pattern(regexp = Rules.COST_CENTRE, message = Rules.COST_CENTRE_RULE)
            @Schema(example = "4711", maxLength = 64)
            @Nullable
            String costCentre,

            @Min(value = 0, message = RETENTION_RULE)
            @Max(value = TenantSettings.LONGEST_RETENTION_DAYS, message = RETENTION_RULE)
            @Schema(description = TenantView.RETENTION_DAYS, example = "30")
            @Nullable
            Integer retentionDays,

            @Valid @Nullable LimitTerms limits,
            @Valid @Nullable SelfServiceTerms selfService,
            @Valid @Nullable DefaultWebhookTerms defaultWebhook)
            implements OperatorBody, StatedSettings {

        static TenantChange of(TenantView tenant) {
            return new TenantChange(
                    tenant.status(),
                    BudgetTerms.of(tenant.budget()),
                    tenant.costCentre(),
                    tenant.retentionDays(),
                    new LimitTerms(
                            tenant.limits().requestsPerMinute(),
                            tenant.limits().concurrentGenerations(),
                            tenant.limits().waitingGenerations(),
                            tenant.limits().weight()),
                    tenant.selfService(),
                    tenant.defaultWebhook() == null
                            ? null
                            : tenant.defaultWebhook().toTerms());
        }

        /** With the windows as a list, for a patch that gives another list. */
        TenantChange withWindowsListed() {
            return new TenantChange(
                    status, budget.listed(), costCentre, retentionDays, limits, selfService, defaultWebhook);
        }

        TenantChange with(TenantStatus other) {
            return new TenantChange(other, budget, costCentre, retentionDays, limits, selfService, defaultWebhook);
        }

        /** A budget without a time zone keeps the one it has: another would move its midnights. */
        TenantChange with(BudgetTerms other) {
            String zone = other.timeZone() == null ? budget.timeZone() : other.timeZone();
            return new TenantChange(
                    status,
                    new BudgetTerms(other.period(), other.limit(), other.windows(), zone),
                    costCentre,
                    retentionDays,
                    limits,
                    selfService,
                    defaultWebhook);
        }

        TenantChange with(LimitTerms other) {
            return new TenantChange(status, budget, costCentre, retentionDays, other, selfService, defaultWebhook);
        }

        TenantChange with(CostCentreTerms other) {
            return new TenantChange(
                    status, budget, other.costCentre(), retentionDays, limits, selfService, defaultWebhook);
        }

        TenantChange with(RetentionTerms other) {
            return new TenantChange(
                    status, budget, costCentre, other.retentionDays(), limits, selfService, defaultWebhook);
        }

        TenantChange with(SelfServiceTerms other) {
            return new TenantChange(status, budget, costCentre, retentionDays, limits, other, defaultWebhook);
        }

        TenantChange withoutSelfService() {
            return new TenantChange(status, budget, costCentre, retentionDays, limits, null, defaultWebhook);
        }

        TenantChange withDefaultWebhook(@Nullable DefaultWebhookTerms other) {
            return new TenantChange(status, budget, costCentre, retentionDays, limits, selfService, other);
        }
    }

    /** @param costCentre none if absent */
    public record CostCentreTerms(
            @Pattern(regexp = Rules.COST_CENTRE, message = Rules.COST_CENTRE_RULE) @Nullable
            String costCentre) {}

    /** @param retentionDays as the gateway's setting says if absent */
    public record RetentionTerms(
            @Min(value = 0, message = RETENTION_RULE)
            @Max(value = TenantSettings.LONGEST_RETENTION_DAYS, message = RETENTION_RULE)
            @Nullable
            Integer retentionDays) {}

    /**
     * Either {@code windows}, or period and limit of a single one.
     *
     * @param timeZone UTC if absent
     */
    @ValidWindows
    public record BudgetTerms(
            @Schema(example = "MONTH") @Nullable PeriodKind period,

            @Min(value = 0, message = Rules.CREDITS_RULE)
            @Max(value = Rules.HIGHEST_CREDITS, message = Rules.CREDITS_RULE)
            @Schema(example = "1000")
            @Nullable
            Long limit,

            @Schema(description = "Several windows that all hold, in place of period and limit.") @Nullable
            List<@NotNull(message = "is required") @Valid WindowTerms> windows,

            @TimeZoneId @Schema(example = "Europe/Berlin", defaultValue = "UTC") @Nullable
            String timeZone)
            implements StatedWindows {

        static BudgetTerms of(BudgetView budget) {
            List<WindowTerms> windows =
                    budget.windows().stream().map(WindowTerms::of).toList();
            WindowTerms first = windows.getFirst();
            return windows.size() == 1 && first.isPlain()
                    ? new BudgetTerms(first.period(), first.limit(), null, budget.timeZone())
                    : new BudgetTerms(null, null, windows, budget.timeZone());
        }

        BudgetTerms listed() {
            return windows != null || period == null
                    ? this
                    : new BudgetTerms(null, null, List.of(new WindowTerms(period, null, limit, null)), timeZone);
        }

        Budget toBudget() {
            String zone = timeZone == null ? "UTC" : timeZone;
            return new Budget(Zones.parse(zone).orElseGet(() -> ZoneId.of(zone)), toWindows());
        }
    }

    /** @param weight the default if absent */
    public record LimitTerms(
            @Min(value = 1, message = LIMIT_RULE)
            @Max(value = Limits.HIGHEST, message = LIMIT_RULE)
            @Schema(description = LimitsView.REQUESTS_PER_MINUTE, example = "60")
            @Nullable
            Integer requestsPerMinute,

            @Min(value = 1, message = LIMIT_RULE)
            @Max(value = Limits.HIGHEST, message = LIMIT_RULE)
            @Schema(description = LimitsView.CONCURRENT_GENERATIONS, example = "10")
            @Nullable
            Integer concurrentGenerations,

            @Min(value = 1, message = LIMIT_RULE)
            @Max(value = Limits.HIGHEST, message = LIMIT_RULE)
            @Schema(description = LimitsView.WAITING_GENERATIONS, example = "1000")
            @Nullable
            Integer waitingGenerations,

            @Min(value = 1, message = WEIGHT_RULE)
            @Max(value = Limits.HIGHEST_WEIGHT, message = WEIGHT_RULE)
            @Schema(description = LimitsView.WEIGHT, example = "2", defaultValue = "" + Limits.DEFAULT_WEIGHT)
            @Nullable
            Integer weight) {

        static Limits toLimits(@Nullable LimitTerms terms) {
            return terms == null
                    ? Limits.NONE
                    : new Limits(
                            terms.requestsPerMinute(),
                            terms.concurrentGenerations(),
                            terms.waitingGenerations(),
                            terms.weight() == null ? Limits.DEFAULT_WEIGHT : terms.weight());
        }
    }
}
