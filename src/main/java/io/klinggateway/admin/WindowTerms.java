package io.klinggateway.admin;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.ledger.WindowView;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One window of a budget. It has a limit, a shadow limit, or both.
 *
 * @param firstDay of a WEEK: 1, Monday, to 7; of a MONTH: 1 to 28; 1 if absent
 * @param shadowLimit refuses nothing, but counts what it would refuse
 */
@Schema(name = "BudgetWindowTerms")
public record WindowTerms(
        @NotNull(message = PERIOD_RULE) @Schema(example = "DAY")
        PeriodKind period,

        @Schema(example = "1", defaultValue = "1") @Nullable Integer firstDay,

        @Min(value = 0, message = Rules.CREDITS_RULE)
        @Max(value = Rules.HIGHEST_CREDITS, message = Rules.CREDITS_RULE)
        @Schema(example = "400")
        @Nullable
        Long limit,

        @Min(value = 0, message = Rules.CREDITS_RULE)
        @Max(value = Rules.HIGHEST_CREDITS, message = Rules.CREDITS_RULE)
        @Nullable
        Long shadowLimit) {

    static final String PERIOD_RULE = "is required: DAY, WEEK, MONTH, QUARTER or TOTAL";

    static WindowTerms of(WindowView window) {
        return new WindowTerms(window.period(), window.firstDay(), window.limit(), window.shadowLimit());
    }

    /** Whether period and limit say all of it. */
    boolean isPlain() {
        return firstDayOrFirst() == 1 && limit != null && shadowLimit == null;
    }

    int firstDayOrFirst() {
        return Objects.requireNonNullElse(firstDay, 1);
    }

    BudgetWindow toWindow() {
        return new BudgetWindow(period, firstDayOrFirst(), credits(limit), credits(shadowLimit));
    }

    private static @Nullable Credits credits(@Nullable Long amount) {
        return amount == null ? null : new Credits(amount);
    }
}
