package io.klinggateway.usage;

import io.klinggateway.support.SqlTimes;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Sums of what was spent. A generation's credits belong to the instant of its hold, a correction's to its own. What is kept
 * by day answers where it can; else the generations are added up, with the same sums.
 */
@Repository
class UsageRepository {

    private static final String KEPT = """
            select s.tenant_id, s.key_id, s.day, s.generations, s.images, s.credits, s.failures, s.failed_images
              from spend_day s
             where s.time_zone = :zone
               and s.day >= (cast(:from as timestamptz) at time zone :zone)::date
               and s.day < coalesce((cast(:to as timestamptz) at time zone :zone)::date, 'infinity')
            """;

    /** Days of another zone may lie up to two days off. */
    private static final String KEPT_IN_OTHER_ZONES = """
            select exists (
                select from spend_day s
                 where s.time_zone <> :zone
                   and s.day >= (cast(:from as timestamptz) at time zone :zone)::date - 2
                   and s.day < coalesce((cast(:to as timestamptz) at time zone :zone)::date, 'infinity') + 2
            """;

    /** Generations that were answered with an error are no tenant's failures: they never were a job. */
    private static final String ADDED_UP = """
            select s.tenant_id, s.key_id, (s.created_at at time zone :zone)::date as day, s.model_name as model, <labels>
                   count(*) filter (where s.state = 'COMPLETED') as generations,
                   coalesce(sum(coalesce(cardinality(s.result_images), s.images))
                            filter (where s.state = 'COMPLETED'), 0) as images,
                   sum(s.captured_credits) as credits,
                   count(*) filter (where s.state <> 'COMPLETED') as failures,
                   coalesce(sum(s.images) filter (where s.state <> 'COMPLETED'), 0) as failed_images
              from generation s
             where s.acknowledged and s.captured_credits is not null
               and s.created_at >= :from and s.created_at < coalesce(cast(:to as timestamptz), 'infinity')
               <tenant>
             group by <places>
            union all
            select s.tenant_id, null, (s.at at time zone :zone)::date, null, <nulls>
                   0, 0, sum(s.captured_delta), 0, 0
              from journal_entry s
             where s.entry_kind = 'ADJUST' and s.at >= :from and s.at < coalesce(cast(:to as timestamptz), 'infinity')
               <tenant>
             group by 1, 3
            """;

    /** A day's credits at the day's price; null if there are some and it has none. */
    private static final String SUMS = """
                   sum(s.generations) as generations, sum(s.images) as images, sum(s.credits) as credits,
                   sum(s.failures) as failures, sum(s.failed_images) as failed_images,
                   case when bool_and(p.per_credit is not null or s.credits = 0)
                        then coalesce(sum(s.credits * p.per_credit), 0) end as cost,
                   min(t.cost_centre) as cost_centre
              from spent s
              join tenant t on t.id = s.tenant_id
              left join api_key k on k.id = s.key_id
              left join lateral (
                    select price.per_credit
                      from unnest(:priceDays::date[], :prices::numeric[]) as price (since, per_credit)
                     where price.since <= s.day
                     order by price.since desc limit 1) p on true
            """;

    private static final String OF_TENANT = " and s.tenant_id = :tenant";

    /**
     * A hold is made at the instant at which its transaction takes it, so what is not committed yet is no older than the
     * oldest transaction under way.
     */
    private static final String CURRENT_MONTH = """
            select date_trunc('month', (gateway_now() - coalesce(max(clock_timestamp() - xact_start), interval '0'))
                                           at time zone :zone)::date
              from pg_stat_activity
             where datname = current_database() and backend_type = 'client backend'
            """;

    private static final String OPEN_MONTHS = """
            select t.name, date_trunc('month', s.created_at at time zone :zone)::date as month
              from generation s join tenant t on t.id = s.tenant_id
             where s.captured_credits is null <tenant>
             group by 1, 2
            """;

    private final JdbcClient jdbc;
    private final CreditPrices prices;

    UsageRepository(JdbcClient jdbc, CreditPrices prices) {
        this.jdbc = jdbc;
        this.prices = prices;
    }

    List<UsageRow> report(UsageQuery query) {
        OpenMonths openMonths = query.isBy(Dimension.MONTH) ? openMonths(query) : null;
        if (query.isOfWholeDays()) {
            List<UsageRow> rows = sum(KEPT + ofTenant(query), query, openMonths);
            // Asked afterwards: a zone that changes meanwhile is noticed.
            if (!isKeptInOtherZones(query)) {
                return rows;
            }
        }
        return sum(addedUp(query), query, openMonths);
    }

    private List<UsageRow> sum(String spent, UsageQuery query, @Nullable OpenMonths openMonths) {
        List<Grouping> groupBy = query.groupBy();
        String columns = IntStream.range(0, groupBy.size())
                .mapToObj(index -> column(groupBy.get(index), index) + " as by" + index + ", ")
                .collect(Collectors.joining());
        String places = places(groupBy.size());
        return params(
                        "with spent as (" + spent + ")\nselect " + columns + SUMS + only(query) + "group by " + places
                                + " order by " + places,
                        query)
                .param("only", query.only() == null ? null : query.only().toArray(String[]::new))
                .param("priceDays", prices.days())
                .param("prices", prices.amounts())
                .query((row, _) -> row(row, query, openMonths))
                .list();
    }

    private static String only(UsageQuery query) {
        return query.only() == null
                ? ""
                : IntStream.range(0, query.groupBy().size())
                        .filter(index -> query.names().contains(query.groupBy().get(index)))
                        .mapToObj(index -> column(query.groupBy().get(index), index))
                        .collect(Collectors.joining(", ", " where concat_ws('/', ", ") = any(:only)\n"));
    }

    private static String column(Grouping grouping, int index) {
        String column = grouping.dimension().column();
        return grouping.dimension() == Dimension.LABEL ? column + index : column;
    }

    private static String addedUp(UsageQuery query) {
        List<Integer> labels = IntStream.range(0, query.groupBy().size())
                .filter(index -> query.groupBy().get(index).dimension() == Dimension.LABEL)
                .boxed()
                .toList();
        return ADDED_UP.replace("<tenant>", ofTenant(query))
                .replace("<places>", places(4 + labels.size()))
                .replace(
                        "<labels>",
                        labels.stream()
                                .map(index -> "s.labels ->> cast(:label" + index + " as text) as label" + index + ",")
                                .collect(Collectors.joining(" ")))
                .replace("<nulls>", "null, ".repeat(labels.size()));
    }

    private static String ofTenant(UsageQuery query) {
        return query.tenant() == null ? "" : OF_TENANT;
    }

    private static String places(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    }

    private boolean isKeptInOtherZones(UsageQuery query) {
        return params(KEPT_IN_OTHER_ZONES + ofTenant(query) + ")", query)
                .query(Boolean.class)
                .single();
    }

    /** The month first, then what is open: see {@link OpenMonths}. */
    private OpenMonths openMonths(UsageQuery query) {
        LocalDate current = params(CURRENT_MONTH, query).query(LocalDate.class).single();
        Map<YearMonth, Set<String>> tenants = new HashMap<>();
        params(OPEN_MONTHS.replace("<tenant>", ofTenant(query)), query).query(row -> {
            tenants.computeIfAbsent(month(row, "month"), _ -> new HashSet<>()).add(row.getString("name"));
        });
        return new OpenMonths(YearMonth.from(current), tenants);
    }

    private JdbcClient.StatementSpec params(String sql, UsageQuery query) {
        JdbcClient.StatementSpec statement = jdbc.sql(sql)
                .param("from", SqlTimes.timestamp(query.from()))
                .param("to", SqlTimes.timestamp(query.to()))
                .param("tenant", query.tenant() == null ? null : query.tenant().value())
                .param("zone", query.zone().getId());
        for (int index = 0; index < query.groupBy().size(); index++) {
            statement =
                    statement.param("label" + index, query.groupBy().get(index).label());
        }
        return statement;
    }

    private UsageRow row(ResultSet row, UsageQuery query, @Nullable OpenMonths openMonths) throws SQLException {
        boolean ofOneTenant = query.tenant() != null || query.isBy(Dimension.TENANT);
        String tenant = text(row, query, Dimension.TENANT);
        YearMonth month = openMonths == null ? null : month(row, by(query, Dimension.MONTH));
        BigDecimal cost = row.getBigDecimal("cost");
        Currency currency = prices.currency();
        return new UsageRow(
                tenant,
                ofOneTenant ? row.getString("cost_centre") : null,
                text(row, query, Dimension.KEY),
                query.isBy(Dimension.DAY) ? row.getObject(by(query, Dimension.DAY), LocalDate.class) : null,
                month,
                month == null ? null : Objects.requireNonNull(openMonths).closed(month, tenant),
                text(row, query, Dimension.MODEL),
                labels(row, query),
                row.getLong("generations"),
                row.getLong("images"),
                row.getLong("credits"),
                row.getLong("failures"),
                row.getLong("failed_images"),
                cost == null || currency == null ? null : new Cost(cost, currency));
    }

    private static @Nullable String text(ResultSet row, UsageQuery query, Dimension dimension) throws SQLException {
        return query.isBy(dimension) ? row.getString(by(query, dimension)) : null;
    }

    private static Map<String, String> labels(ResultSet row, UsageQuery query) throws SQLException {
        Map<String, String> labels = new TreeMap<>();
        for (int index = 0; index < query.groupBy().size(); index++) {
            String name = query.groupBy().get(index).label();
            String value = name == null ? null : row.getString("by" + index);
            if (name != null && value != null) {
                labels.put(name, value);
            }
        }
        return labels;
    }

    private static YearMonth month(ResultSet row, String column) throws SQLException {
        return YearMonth.from(row.getObject(column, LocalDate.class));
    }

    private static String by(UsageQuery query, Dimension dimension) {
        return "by" + query.groupBy().indexOf(Grouping.by(dimension));
    }
}
