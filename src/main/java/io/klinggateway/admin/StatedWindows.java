package io.klinggateway.admin;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.PeriodKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The windows of a budget as somebody states them: a list; or, short for one window, its period and limit. */
interface StatedWindows {

    BudgetWindow MONTHLY = new BudgetWindow(PeriodKind.MONTH, 1, Credits.ZERO, null);

    @Nullable
    PeriodKind period();

    @Nullable
    Long limit();

    @Nullable
    List<WindowTerms> windows();

    /**
     * The windows of a valid statement that names a period.
     */
    default List<BudgetWindow> toWindows() {
        return toWindows(MONTHLY);
    }

    /**
     * The windows of a valid statement.
     *
     * @param otherwise whose period a single window has that is stated without one
     */
    default List<BudgetWindow> toWindows(BudgetWindow otherwise) {
        List<WindowTerms> several = windows();
        if (several != null) {
            return several.stream().map(WindowTerms::toWindow).toList();
        }
        PeriodKind stated = period();
        return List.of(new WindowTerms(
                        stated == null ? otherwise.period() : stated,
                        stated == null ? otherwise.firstDay() : 1,
                        limit(),
                        null)
                .toWindow());
    }
}
