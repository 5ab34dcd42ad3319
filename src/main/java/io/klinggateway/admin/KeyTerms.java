package io.klinggateway.admin;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What operators say about a key. */
public final class KeyTerms {

    private static final String GRACE_RULE = "must be from 0 to 2592000";

    private KeyTerms() {}

    /**
     * @param expiresAt never, if absent
     * @param budget a budget of its own; none if absent
     */
    public record NewKey(
            @NotNull(message = "is required")
            @Pattern(regexp = Rules.NAME, message = Rules.NAME_RULE)
            @Schema(example = "ci")
            String name,

            @Nullable Instant expiresAt,
            @Valid @Nullable OwnLimit budget)
            implements OperatorBody {}

    /** What of a key may change, all of it; a merge patch says which part does. */
    @Schema(name = "KeyChange")
    record KeyChange(
            @Nullable Instant expiresAt, @Valid @Nullable OwnLimit budget) implements OperatorBody {

        static KeyChange of(KeyView key) {
            KeyView.OwnBudget budget = key.budget();
            return new KeyChange(key.expiresAt(), budget == null ? null : new OwnLimit(budget.limit()));
        }
    }

    public record OwnLimit(
            @NotNull(message = "is required")
            @Min(value = 0, message = Rules.CREDITS_RULE)
            @Max(value = Rules.HIGHEST_CREDITS, message = Rules.CREDITS_RULE)
            @Schema(example = "100")
            Long limit) {}

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
