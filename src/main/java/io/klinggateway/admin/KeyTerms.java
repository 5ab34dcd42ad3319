package io.klinggateway.admin;

import io.klinggateway.ledger.PeriodKind;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What operators say about a key. */
public final class KeyTerms {

    private static final String NETWORKS_EXAMPLE = "[\"10.20.0.0/16\", \"2001:db8::/32\"]";
    private static final String GRACE_RULE = "must be from 0 to 2592000";

    private KeyTerms() {}

    /**
     * @param expiresAt never, if absent
     * @param budget a budget of its own; none if absent
     * @param allowedNetworks whence it may be used; from anywhere, if absent or empty
     */
    public record NewKey(
            @NotNull(message = "is required")
            @Pattern(regexp = Rules.NAME, message = Rules.NAME_RULE)
            @Schema(example = "ci")
            String name,

            @Nullable Instant expiresAt,
            @Valid @Nullable OwnBudgetTerms budget,

            @NetworkList @Schema(example = NETWORKS_EXAMPLE) @Nullable
            List<String> allowedNetworks)
            implements OperatorBody {}

    /** What of a key may change, all of it; a merge patch says which part does. */
    @Schema(name = "KeyChange")
    record KeyChange(
            @Nullable Instant expiresAt,
            @Valid @Nullable OwnBudgetTerms budget,

            @NetworkList @Schema(example = NETWORKS_EXAMPLE) @Nullable
            List<String> allowedNetworks)
            implements OperatorBody {

        static KeyChange of(KeyView key) {
            return new KeyChange(
                    key.expiresAt(),
                    key.budget() == null ? null : OwnBudgetTerms.of(key.budget()),
                    key.allowedNetworks());
        }

        KeyChange with(KeyNetworks other) {
            return new KeyChange(expiresAt, budget, other.allowedNetworks());
        }

        KeyChange with(KeyBudget other) {
            return new KeyChange(expiresAt, other.budget(), allowedNetworks);
        }

        /** With the windows as a list, for a patch that gives another list. */
        KeyChange withWindowsListed() {
            return new KeyChange(expiresAt, budget == null ? null : budget.listed(), allowedNetworks);
        }
    }

    /** @param allowedNetworks whence a key may be used; from anywhere, if absent or empty */
    public record KeyNetworks(@NetworkList @Nullable List<String> allowedNetworks) implements OperatorBody {}

    /** @param budget a key's own from now on; none if absent */
    public record KeyBudget(@Valid @Nullable OwnBudgetTerms budget) implements OperatorBody {}

    /**
     * Either {@code windows}, or the limit of a single one.
     *
     * @param period of the single window; that of the team's longest one if absent
     */
    @ValidWindows(ofKey = true)
    public record OwnBudgetTerms(
            @Schema(example = "MONTH") @Nullable PeriodKind period,

            @Min(value = 0, message = Rules.CREDITS_RULE)
            @Max(value = Rules.HIGHEST_CREDITS, message = Rules.CREDITS_RULE)
            @Schema(example = "100")
            @Nullable
            Long limit,

            @Schema(description = "Several windows that all hold, in place of period and limit.") @Nullable
            List<@NotNull(message = "is required") @Valid WindowTerms> windows)
            implements StatedWindows {

        static OwnBudgetTerms of(KeyView.OwnBudget budget) {
            List<WindowTerms> windows =
                    budget.windows().stream().map(WindowTerms::of).toList();
            WindowTerms first = windows.getFirst();
            return windows.size() == 1 && first.isPlain()
                    ? new OwnBudgetTerms(first.period(), first.limit(), null)
                    : new OwnBudgetTerms(null, null, windows);
        }

        OwnBudgetTerms listed() {
            return windows != null || period == null
                    ? this
                    : new OwnBudgetTerms(null, null, List.of(new WindowTerms(period, null, limit, null)));
        }
    }

    /** @param graceSeconds how long the old key stays valid */
    public record Rotation(
            @NotNull(message = "is required")
            @Min(value = 0, message = GRACE_RULE)
            @Max(value = 2_592_000, message = GRACE_RULE)
            @Schema(example = "86400")
            Integer graceSeconds)
            implements OperatorBody {

        Duration grace() {
            return Duration.ofSeconds(graceSeconds);
        }
    }
}
