package io.klinggateway.ledger;

import io.klinggateway.credits.Credits;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * A window as answers show it.
 *
 * @param window its name
 * @param ofKey whether it belongs to the key's own budget, inside the team's
 * @param limit null, as {@code ceiling} and {@code available}, if it refuses nothing
 * @param shadowLimit refuses nothing, but counts in {@code shadowRefused} what it would refuse
 * @param ceiling what held and captured together never exceed: the limit, grants, and spend older than a lowered limit
 * @param refused requests in this period, to a few seconds
 * @param periodStart null, as {@code resetsAt}, if it never starts anew
 * @param emptySince null if it could serve the last request
 */
@Schema(name = "BudgetWindow")
public record WindowView(
        @Schema(example = "month") String window,
        boolean ofKey,
        PeriodKind period,
        @Schema(example = "1") int firstDay,
        @Schema(example = "1000") @Nullable Long limit,
        @Nullable Long shadowLimit,
        @Schema(example = "1000") @Nullable Long ceiling,
        @Schema(example = "8") long held,
        @Schema(example = "42") long captured,
        @Schema(example = "950") @Nullable Long available,
        @Schema(example = "0") long refused,
        @Schema(example = "0") long shadowRefused,
        @Nullable LocalDate periodStart,
        @Nullable Instant resetsAt,
        @Nullable Instant emptySince) {

    /** The window's balance, in the words of the interface. */
    public static WindowView of(WindowBalance balance) {
        BudgetWindow window = balance.window();
        return new WindowView(
                balance.name(),
                balance.keyBudget() != null,
                window.period(),
                window.firstDay(),
                amount(window.limit()),
                amount(window.shadowLimit()),
                amount(balance.ceiling()),
                balance.held().amount(),
                balance.captured().amount(),
                amount(balance.available()),
                balance.refused(),
                balance.shadowRefused(),
                balance.periodStart(),
                balance.resetsAt(),
                balance.emptySince());
    }

    private static @Nullable Long amount(@Nullable Credits credits) {
        return credits == null ? null : credits.amount();
    }
}
