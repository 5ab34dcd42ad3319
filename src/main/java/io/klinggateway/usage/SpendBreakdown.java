package io.klinggateway.usage;

import io.klinggateway.support.Instants;
import io.klinggateway.usage.SpendForecast.DaySpend;
import io.klinggateway.usage.UsageReports.ReportedTeam;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Reports of spend for looking at: the biggest spenders first, by day, and against the days before. */
@Component
public class SpendBreakdown {

    /** With more of them, a chart is of months. */
    public static final int MOST_DAYS = 93;

    private static final int NAMED = 7;

    private final UsageRepository usage;
    private final CreditPrices prices;

    SpendBreakdown(UsageRepository usage, CreditPrices prices) {
        this.usage = usage;
        this.prices = prices;
    }

    /** Days, both included. */
    public record Days(LocalDate from, LocalDate to) {

        public long count() {
            return ChronoUnit.DAYS.between(from, to) + 1;
        }

        public boolean byMonth() {
            return count() > MOST_DAYS;
        }
    }

    /**
     * What is to be broken down.
     *
     * @param team null for all
     * @param zone whose midnights part the days
     * @param by {@code tenant}, {@code key}, {@code model}, or {@code label:} and a name
     * @param before the days that it is held against
     */
    public record Asked(@Nullable ReportedTeam team, ZoneId zone, String by, Days days, Days before) {}

    /**
     * What one spent.
     *
     * @param name empty for what has none: corrections have no key or model, and many jobs no label
     * @param tenant the team's; null unless it is broken down by teams
     * @param ofWhich the key, model or label's value; null if there is none
     * @param cost in the breakdown's currency; null if there is none, or no price for some of it
     * @param share of all, from 0 to 1; 0 if nothing was spent, or less than nothing
     * @param creditsBefore in the days that it is held against
     */
    public record SpentLine(
            String name,
            @Nullable String tenant,
            @Nullable String ofWhich,
            long generations,
            long images,
            long failures,
            long credits,
            @Nullable String cost,
            double share,
            long creditsBefore) {}

    /**
     * @param groupBy as the API has it
     * @param lines the biggest first
     * @param currency null without prices
     * @param byDay of the biggest and {@link SpendForecast#OTHERS}; of months, on their first days, if there are many days
     */
    public record Breakdown(
            String groupBy,
            List<SpentLine> lines,
            SpentLine total,
            @Nullable String currency,
            List<DaySpend> byDay) {}

    /** @return empty if it cannot be broken down by that */
    public Optional<Breakdown> of(Asked asked) {
        return groupBy(asked).map(groupBy -> breakdown(asked, groupBy));
    }

    private static Optional<List<Grouping>> groupBy(Asked asked) {
        List<Dimension> allowed = asked.team() == null
                ? List.of(Dimension.TENANT, Dimension.KEY, Dimension.MODEL, Dimension.LABEL)
                : List.of(Dimension.KEY, Dimension.MODEL, Dimension.LABEL);
        return Grouping.parse(asked.by(), allowed)
                .map(grouping -> asked.team() == null && grouping.dimension() == Dimension.KEY
                        ? List.of(Grouping.by(Dimension.TENANT), grouping)
                        : List.of(grouping));
    }

    private Breakdown breakdown(Asked asked, List<Grouping> groupBy) {
        List<UsageRow> rows = usage.report(query(asked, asked.days(), groupBy, null));
        Map<String, UsageRow> before = usage.report(query(asked, asked.before(), groupBy, null)).stream()
                .collect(Collectors.toMap(UsageRow::name, Function.identity(), (first, _) -> first));
        UsageRow total = UsageRow.total(rows, prices.currency());
        long creditsBefore =
                before.values().stream().mapToLong(UsageRow::credits).sum();
        List<SpentLine> lines = rows.stream()
                .map(row -> line(row, total.credits(), credits(before.get(row.name()))))
                .sorted(Comparator.comparingLong(SpentLine::credits).reversed().thenComparing(SpentLine::name))
                .toList();
        return new Breakdown(
                groupBy.stream().map(Grouping::wire).collect(Collectors.joining(",")),
                lines,
                line(total, total.credits(), creditsBefore),
                prices.currency() == null ? null : prices.currency().getCurrencyCode(),
                byDay(asked, groupBy, lines));
    }

    private static long credits(@Nullable UsageRow row) {
        return row == null ? 0 : row.credits();
    }

    private static SpentLine line(UsageRow row, long all, long before) {
        String ofWhich = row.labels().isEmpty()
                ? Objects.requireNonNullElseGet(row.key(), () -> Objects.toString(row.model(), ""))
                : row.labels().values().iterator().next();
        return new SpentLine(
                row.name(),
                row.tenant(),
                ofWhich.isEmpty() ? null : ofWhich,
                row.generations(),
                row.images(),
                row.failures(),
                row.credits(),
                row.cost() == null ? null : row.cost().rounded(),
                all <= 0 || row.credits() <= 0 ? 0 : (double) row.credits() / all,
                before);
    }

    private static UsageQuery query(Asked asked, Days days, List<Grouping> groupBy, @Nullable List<String> only) {
        ReportedTeam team = asked.team();
        return new UsageQuery(
                team == null ? null : team.id(),
                Instants.startOf(days.from(), asked.zone()),
                Instants.startOf(days.to().plusDays(1), asked.zone()),
                asked.zone(),
                groupBy,
                only);
    }

    /** However many there are, only the biggest are read day by day; what is left of each day is the others'. */
    private List<DaySpend> byDay(Asked asked, List<Grouping> groupBy, List<SpentLine> lines) {
        Grouping time = Grouping.by(asked.days().byMonth() ? Dimension.MONTH : Dimension.DAY);
        List<String> biggest = lines.stream()
                .filter(line -> line.credits() != 0)
                .limit(NAMED)
                .map(SpentLine::name)
                .toList();
        List<Grouping> named = new ArrayList<>(groupBy);
        named.add(time);
        List<DaySpend> spend = new ArrayList<>();
        Map<LocalDate, Long> others = new HashMap<>();
        usage.report(query(asked, asked.days(), List.of(time), null))
                .forEach(row -> others.put(day(row), row.credits()));
        usage.report(query(asked, asked.days(), named, biggest)).forEach(row -> {
            spend.add(new DaySpend(day(row), row.name(), row.credits()));
            others.merge(day(row), -row.credits(), Long::sum);
        });
        spend.sort(Comparator.comparingInt(day -> biggest.indexOf(day.name())));
        others.forEach((day, credits) -> {
            if (credits != 0) {
                spend.add(new DaySpend(day, SpendForecast.OTHERS, credits));
            }
        });
        return spend;
    }

    private static LocalDate day(UsageRow row) {
        return row.month() == null
                ? Objects.requireNonNull(row.day())
                : row.month().atDay(1);
    }
}
