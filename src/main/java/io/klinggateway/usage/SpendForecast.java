package io.klinggateway.usage;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.BudgetStatus;
import io.klinggateway.ledger.KeyBudgetId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.ledger.WindowBalance;
import io.klinggateway.support.SqlTimes;
import io.swagger.v3.oas.annotations.media.Schema;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Component;

/** Spend by day, and how long budgets will last: from sums that are kept as the journal grows, whatever its length. */
@Component
public class SpendForecast {

    /** The sum of all but the biggest spenders. No tenant can have this name. */
    public static final String OTHERS = "(others)";

    private static final int FORECAST_DAYS = 7;
    private static final int FEWEST_DAYS = 2;
    private static final double FARTHEST_DAYS = 366;

    private static final String BY_TENANT = """
            with spent as (
                select tenant_id, sum(credits) as credits from spend_day where day >= :from
                 group by tenant_id having sum(credits) <> 0 order by credits desc limit :named)
            select d.day, coalesce(t.name, '(others)') as name, sum(d.credits) as credits
              from spend_day d
              left join spent s on s.tenant_id = d.tenant_id
              left join tenant t on t.id = s.tenant_id
             where d.day >= :from
             group by d.day, s.credits, t.name
            having sum(d.credits) <> 0
             order by s.credits desc nulls last, name, d.day
            """;

    private static final String BY_KEY = """
            select d.day, coalesce(k.name, '(corrections)') as name, sum(d.credits) as credits
              from spend_day d left join api_key k on k.id = d.key_id
             where d.tenant_id = :tenant and d.day >= :from
             group by d.day, coalesce(k.name, '(corrections)')
            having sum(d.credits) <> 0
             order by sum(sum(d.credits)) over (partition by coalesce(k.name, '(corrections)')) desc, name, d.day
            """;

    /**
     * Of the last seven days with today, as each tenant's zone has them, and how many days of them have passed, in fractions;
     * of whoever is younger, since the first spend.
     */
    private static final String RECENT = """
            select t.name, sum(d.credits) as credits, l.today - f.day + 1 as days,
                   extract(epoch from :now - greatest(f.day, l.today - :days + 1)::timestamp at time zone b.time_zone)
                       / 86400 as elapsed
              from spend_day d
              join tenant t on t.id = d.tenant_id
              join budget b on b.tenant_id = d.tenant_id
              cross join lateral (select (:now at time zone b.time_zone)::date as today) l
              cross join lateral (select min(s.day) as day from spend_day s where s.tenant_id = t.id <and s>) f
             where d.day >= :from and d.day > l.today - :days and d.day <= l.today <and d>
             group by t.name, l.today, f.day, b.time_zone
            """;

    private static final String OF_TENANT = " and d.tenant_id = :tenant";
    private static final String OF_KEY_BUDGET =
            " and %s.key_id in (select k.id from api_key k where k.key_budget_id = :keyBudget)";

    private static final String RECENT_OF_ALL = RECENT.replace("<and s>", "").replace("<and d>", "");
    private static final String RECENT_OF_TENANT = RECENT.replace("<and s>", "").replace("<and d>", OF_TENANT);
    private static final String RECENT_OF_KEY_BUDGET = RECENT.replace("<and s>", OF_KEY_BUDGET.formatted("s"))
            .replace("<and d>", OF_TENANT + OF_KEY_BUDGET.formatted("d"));

    private final JdbcClient jdbc;
    private final LedgerReader reader;

    SpendForecast(JdbcClient jdbc, LedgerReader reader) {
        this.jdbc = jdbc;
        this.reader = reader;
    }

    /** What one tenant, or one key, spent on one day; negative where corrections took more back. */
    public record DaySpend(LocalDate day, String name, long credits) {}

    /** The biggest spenders first, then {@link #OTHERS}; days without spend are left out. */
    public List<DaySpend> byTenant(LocalDate from, int named) {
        return jdbc.sql(BY_TENANT)
                .param("from", Date.valueOf(from))
                .param("named", named)
                .query((row, _) -> daySpend(row))
                .list();
    }

    /** A key and its successors are one, by their name. */
    public List<DaySpend> byKey(TenantId tenant, LocalDate from) {
        return jdbc.sql(BY_KEY)
                .param("tenant", tenant.value())
                .param("from", Date.valueOf(from))
                .query((row, _) -> daySpend(row))
                .list();
    }

    private static DaySpend daySpend(ResultSet row) throws SQLException {
        return new DaySpend(row.getObject("day", LocalDate.class), row.getString("name"), row.getLong("credits"));
    }

    /**
     * How long a budget lasts at the pace of the last days.
     *
     * @param creditsPerDay the team's mean spend of the last seven days, today's so far with them; null if it is known of fewer
     *     than two days
     * @param runsOutAt when the first of the windows has nothing left at that pace; null if each lasts until it resets, or for
     *     more than a year, or the pace is not known
     */
    @Schema(name = "BudgetForecast")
    public record Forecast(
            @Schema(example = "41.5") @Nullable Double creditsPerDay,
            @Nullable Instant runsOutAt) {

        private boolean isSoonerThan(Forecast other) {
            return runsOutAt != null && (other.runsOutAt == null || runsOutAt.isBefore(other.runsOutAt));
        }
    }

    /**
     * A tenant's budget, and how long it lasts.
     *
     * @param tightest the window that leaves least
     * @param firstThreshold percent of a window from which on the team is told; null if it is told of none
     */
    public record Outlook(
            String tenant, WindowBalance tightest, @Nullable Integer firstThreshold, Forecast forecast) {}

    /** Of all tenants, by their names. */
    public List<Outlook> outlooks(Instant now) {
        Map<String, Double> paces = paces(jdbc.sql(RECENT_OF_ALL), now);
        return reader.accounts().stream()
                .map(account -> new Outlook(
                        account.tenant(),
                        account.tightest(),
                        account.firstThreshold(),
                        forecast(account.windows(), paces.get(account.tenant()), now)))
                .toList();
    }

    /**
     * Of a tenant, or of one of its keys that has a budget of its own: the tenant's windows empty at the pace of the whole
     * team, the key's at that of the keys that share them.
     *
     * @param budgetStatus of that tenant, or key
     */
    public Forecast forecast(TenantId tenant, BudgetStatus budgetStatus, Instant now) {
        StatementSpec recent = jdbc.sql(RECENT_OF_TENANT).param("tenant", tenant.value());
        Forecast ofTeam = forecast(budgetStatus.ofTenant(), pace(recent, now), now);
        Forecast ofKey = budgetStatus.ofKey().stream()
                .map(WindowBalance::keyBudget)
                .findFirst()
                .map(keyBudget -> forecast(budgetStatus.ofKey(), pace(tenant, keyBudget, now), now))
                .orElse(ofTeam);
        return ofKey.isSoonerThan(ofTeam) ? new Forecast(ofTeam.creditsPerDay(), ofKey.runsOutAt()) : ofTeam;
    }

    private @Nullable Double pace(TenantId tenant, KeyBudgetId keyBudget, Instant now) {
        return pace(
                jdbc.sql(RECENT_OF_KEY_BUDGET).param("tenant", tenant.value()).param("keyBudget", keyBudget.value()),
                now);
    }

    private static @Nullable Double pace(StatementSpec recent, Instant now) {
        return paces(recent, now).values().stream().findFirst().orElse(null);
    }

    /** Credits a day by the name of the tenant; nothing of one of whom fewer than two days are known. */
    private static Map<String, Double> paces(StatementSpec recent, Instant now) {
        Map<String, Double> paces = new HashMap<>();
        recent.param("now", SqlTimes.timestamp(now))
                .param("days", FORECAST_DAYS)
                .param(
                        "from",
                        Date.valueOf(LocalDate.ofInstant(now, ZoneOffset.UTC).minusDays(FORECAST_DAYS + 1)))
                .query(row -> {
                    if (row.getInt("days") >= FEWEST_DAYS) {
                        paces.put(
                                row.getString("name"), Math.max(0, row.getLong("credits")) / row.getDouble("elapsed"));
                    }
                });
        return paces;
    }

    private static Forecast forecast(List<WindowBalance> windows, @Nullable Double perDay, Instant now) {
        Instant runsOutAt = perDay == null
                ? null
                : windows.stream()
                        .map(window -> runsOutAt(window, perDay, now))
                        .filter(Objects::nonNull)
                        .min(Comparator.naturalOrder())
                        .orElse(null);
        return new Forecast(perDay, runsOutAt);
    }

    private static @Nullable Instant runsOutAt(WindowBalance window, double perDay, Instant now) {
        Credits available = window.available();
        if (available == null || perDay == 0 || available.amount() / perDay > FARTHEST_DAYS) {
            return null;
        }
        Instant end = now.plus(Duration.ofMinutes(
                (long) (available.amount() / perDay * Duration.ofDays(1).toMinutes())));
        return window.resetsAt() == null || end.isBefore(window.resetsAt()) ? end : null;
    }
}
