package io.klinggateway.admin;

import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.support.Zones;
import io.klinggateway.tenant.Limits;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The tenants that the configuration declares: {@code gateway.tenants[]}.
 *
 * @param declarationRevision grows with every declaration; an older one than the newest seen is ignored
 */
@Validated
@ConfigurationProperties("gateway")
record DeclaredTenantsSettings(
        @DefaultValue List<@Valid DeclaredTenant> tenants,
        @DefaultValue("0") @Min(0) long declarationRevision) {

    private static final String NAME = Rules.NAME;
    private static final String NAME_RULE = Rules.NAME_RULE;

    record DeclaredTenant(
            @NotNull(message = "is required") @Pattern(regexp = NAME, message = NAME_RULE)
            String name,

            @NotNull(message = "is required: every tenant has a budget") @Valid
            DeclaredBudget budget,

            @Pattern(regexp = Rules.COST_CENTRE, message = Rules.COST_CENTRE_RULE) @Nullable
            String costCentre,

            @DefaultValue @Valid DeclaredLimits limits,
            @DefaultValue List<@Valid DeclaredKey> keys) {}

    /** No limits unless given, and the default weight. */
    record DeclaredLimits(
            @Min(1) @Max(Limits.HIGHEST) @Nullable Integer requestsPerMinute,
            @Min(1) @Max(Limits.HIGHEST) @Nullable Integer concurrentGenerations,
            @Min(1) @Max(Limits.HIGHEST) @Nullable Integer waitingGenerations,

            @DefaultValue("" + Limits.DEFAULT_WEIGHT) @Min(1) @Max(Limits.HIGHEST_WEIGHT)
            int weight) {

        Limits toLimits() {
            return new Limits(requestsPerMinute, concurrentGenerations, waitingGenerations, weight);
        }
    }

    /**
     * Either {@code windows}, or period and limit of a single one.
     *
     * @param timeZone a region such as {@code Europe/Berlin}
     */
    @ValidWindows
    record DeclaredBudget(
            @Nullable PeriodKind period,

            @Min(value = 0, message = Rules.CREDITS_RULE)
            @Max(value = Rules.HIGHEST_CREDITS, message = Rules.CREDITS_RULE)
            @Nullable
            Long limit,

            @Nullable List<@NotNull(message = "is required") @Valid WindowTerms> windows,
            @DefaultValue("UTC") ZoneId timeZone)
            implements StatedWindows {

        Budget toBudget() {
            return new Budget(timeZone, toWindows());
        }

        DeclaredBudget {
            String zone = timeZone.getId();
            timeZone = Zones.parse(zone)
                    .orElseThrow(() -> new IllegalArgumentException("time-zone " + Zones.RULE + ": " + zone));
        }
    }

    record DeclaredKey(
            @NotNull(message = "is required") @Pattern(regexp = NAME, message = NAME_RULE)
            String name,

            @NotNull(message = "is required") String sha256,
            @NetworkList @Nullable List<String> allowedNetworks) {

        private static final java.util.regex.Pattern DIGEST = java.util.regex.Pattern.compile("[0-9a-fA-F]{64}");

        /** Asked after binding, because a failed binding shows the value: a digest, or even the key in its place. */
        boolean hasDigest() {
            return DIGEST.matcher(sha256).matches();
        }

        /** Key digests sign webhooks: they are secrets too. */
        @Override
        public String toString() {
            return "DeclaredKey[name=" + name + ", sha256=hidden]";
        }
    }
}
