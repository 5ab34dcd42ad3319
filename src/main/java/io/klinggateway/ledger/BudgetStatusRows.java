package io.klinggateway.ledger;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.AvailableCredits.LimitedBy;
import io.klinggateway.support.SqlTimes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowCallbackHandler;

/** Gathers rows of windows into the budgets that they belong to. The rows of one budget come together. */
final class BudgetStatusRows implements RowCallbackHandler {

    private final List<BudgetStatus> statuses = new ArrayList<>();
    private final List<WindowBalance> windows = new ArrayList<>();
    private long place;

    @Override
    public void processRow(ResultSet row) throws SQLException {
        if (row.getLong("place") != place) {
            place = row.getLong("place");
            windows.clear();
        } else {
            statuses.removeLast();
        }
        windows.add(window(row));
        statuses.add(new BudgetStatus(
                ZoneId.of(row.getString("time_zone")),
                List.copyOf(windows),
                new AvailableCredits(
                        new Credits(row.getLong("spendable")),
                        LimitedBy.valueOf(row.getString("limited_by")),
                        row.getString("limiting_name"),
                        SqlTimes.instantOrNull(row, "limiting_resets_at")),
                row.getObject("limiting_id", UUID.class)));
    }

    /** In the order in which they came. */
    List<BudgetStatus> statuses() {
        return statuses;
    }

    static WindowBalance window(ResultSet row) throws SQLException {
        PeriodKind period = PeriodKind.valueOf(row.getString("period_kind"));
        UUID keyBudget = row.getObject("key_budget_id", UUID.class);
        return new WindowBalance(
                row.getObject("window_id", UUID.class),
                keyBudget == null ? null : new KeyBudgetId(keyBudget),
                row.getString("window_name"),
                new BudgetWindow(
                        period,
                        row.getInt("first_day"),
                        creditsIfAny(row, "credit_limit"),
                        creditsIfAny(row, "shadow_limit")),
                period == PeriodKind.TOTAL ? null : row.getObject("period_start", LocalDate.class),
                SqlTimes.instantOrNull(row, "resets_at"),
                creditsIfAny(row, "ceiling"),
                new Credits(row.getLong("held")),
                new Credits(row.getLong("captured")),
                creditsIfAny(row, "available"),
                row.getLong("refused"),
                row.getLong("shadow_refused"),
                SqlTimes.instantOrNull(row, "empty_since"));
    }

    private static @Nullable Credits creditsIfAny(ResultSet row, String column) throws SQLException {
        Long amount = row.getObject(column, Long.class);
        return amount == null ? null : new Credits(amount);
    }
}
