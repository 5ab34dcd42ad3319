package io.klinggateway.admin;

import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.PeriodKind;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The windows of a budget as somebody states them: a list; or, short for one window, its period and limit. */
interface StatedWindows {

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
        List<WindowTerms> several = windows();
        return several == null
                ? List.of(new WindowTerms(Objects.requireNonNull(period()), 1, limit(), null).toWindow())
                : several.stream().map(WindowTerms::toWindow).toList();
    }

    /**
     * The windows of a valid statement.
     *
     * @param otherwise whose period a single window has that is stated without one
     */
    default List<BudgetWindow> toWindows(BudgetWindow otherwise) {
        return windows() == null && period() == null
                ? List.of(new WindowTerms(otherwise.period(), otherwise.firstDay(), limit(), null).toWindow())
                : toWindows();
    }
}
