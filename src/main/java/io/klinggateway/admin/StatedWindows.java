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
     * The windows of a valid statement.
     *
     * @param otherwise the period of a single window that is stated without one
     */
    default List<BudgetWindow> toWindows(PeriodKind otherwise) {
        List<WindowTerms> several = windows();
        return several == null
                ? List.of(new WindowTerms(Objects.requireNonNullElse(period(), otherwise), null, limit(), null)
                        .toWindow())
                : several.stream().map(WindowTerms::toWindow).toList();
    }
}
