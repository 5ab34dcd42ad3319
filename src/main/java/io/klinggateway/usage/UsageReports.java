package io.klinggateway.usage;

import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.problem.RequestParameters;
import io.klinggateway.support.Instants;
import io.klinggateway.support.Zones;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/**
 * Reports of spend, as a caller asks for them. Days and months are those of one zone, which the report says: a team's own,
 * whoever asks about it, so that all readers see the same numbers.
 */
@Component
@EnableConfigurationProperties(CreditPrices.class)
public class UsageReports {

    private static final Duration LONGEST_RANGE = Duration.ofDays(400);
    private static final int MOST_GROUPINGS = 10;
    private static final MediaType CSV = new MediaType("text", "csv", StandardCharsets.UTF_8);
    private static final ZoneId ACROSS_TEAMS = ZoneId.of("UTC");

    /** The first is the default. */
    private static final List<Dimension> FOR_A_TEAM =
            List.of(Dimension.DAY, Dimension.KEY, Dimension.MONTH, Dimension.MODEL, Dimension.LABEL);

    private static final List<Dimension> FOR_OPERATORS =
            List.of(Dimension.TENANT, Dimension.KEY, Dimension.DAY, Dimension.MONTH, Dimension.MODEL, Dimension.LABEL);

    private final UsageRepository usage;
    private final CreditPrices prices;
    private final Clock clock;

    UsageReports(UsageRepository usage, CreditPrices prices, Clock clock) {
        this.usage = usage;
        this.prices = prices;
        this.clock = clock;
    }

    /**
     * The parameters as they came; null for one that did not.
     *
     * @param from a date, or an instant; the first of this month if absent
     * @param to a date, which is included, or an instant, which is not; now if absent
     * @param groupBy names of dimensions with commas between
     * @param format {@code json} or {@code csv}
     * @param zone a region whose midnights part the days
     */
    public record Request(
            @Nullable String from,
            @Nullable String to,
            @Nullable String groupBy,
            @Nullable String format,
            @Nullable String zone) {}

    /**
     * Whom a report is about.
     *
     * @param zone of its budget, whose midnights part the days unless the request names another
     */
    public record ReportedTeam(TenantId id, String name, ZoneId zone) {}

    /**
     * What a team may see of itself.
     *
     * @throws ProblemException if a parameter is not valid
     */
    public ResponseEntity<?> forTeam(Request request, ReportedTeam team) {
        return answer(request, team, FOR_A_TEAM);
    }

    /**
     * @param team null for all, by the days of UTC
     * @throws ProblemException if a parameter is not valid
     */
    public ResponseEntity<?> forOperators(Request request, @Nullable ReportedTeam team) {
        return answer(request, team, FOR_OPERATORS);
    }

    private ResponseEntity<?> answer(Request request, @Nullable ReportedTeam team, List<Dimension> allowed) {
        RequestParameters parameters = new RequestParameters();
        ZoneId zone = Objects.requireNonNullElse(
                parameters.read("zone", request.zone(), Zones::parse, Zones.RULE),
                team == null ? ACROSS_TEAMS : team.zone());
        Instant from = Objects.requireNonNullElseGet(
                parameters.read("from", request.from(), text -> Instants.parse(text, 0, zone), Instants.RULE),
                () -> Instants.startOf(LocalDate.now(clock.withZone(zone)).withDayOfMonth(1), zone));
        Instant to = parameters.read("to", request.to(), text -> Instants.parse(text, 1, zone), Instants.RULE);
        SequencedSet<Grouping> groupBy = Objects.requireNonNullElseGet(
                parameters.read(
                        "groupBy",
                        request.groupBy(),
                        text -> groupBy(text, allowed),
                        "must be at most " + MOST_GROUPINGS + " of " + Grouping.names(allowed)),
                () -> new LinkedHashSet<>(List.of(Grouping.by(allowed.getFirst()))));
        parameters.read(
                "format",
                request.format(),
                text -> Optional.of(text).filter(format -> format.matches("json|csv")),
                "must be json or csv");
        parameters.refuseInvalid();
        Instant end = to == null ? clock.instant() : to;
        if (to != null && !from.isBefore(to)) {
            parameters.refuse("to", "must be later than from");
        } else if (Duration.between(from, end).compareTo(LONGEST_RANGE) > 0) {
            parameters.refuse("from", "must be at most " + LONGEST_RANGE.toDays() + " days before to");
        }
        parameters.refuseInvalid();
        UsageQuery query = new UsageQuery(team == null ? null : team.id(), from, to, zone, List.copyOf(groupBy));
        UsageReport report = report(query);
        return "csv".equals(request.format())
                ? csv(report, query, fileName(team, from, end, zone))
                : ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(report);
    }

    private UsageReport report(UsageQuery query) {
        List<UsageRow> rows = usage.report(query);
        return new UsageReport(
                query.from(),
                query.to(),
                query.zone().getId(),
                query.groupBy().stream().map(Grouping::wire).toList(),
                prices.currency() == null ? null : prices.currency().getCurrencyCode(),
                rows,
                UsageRow.total(rows, prices.currency()));
    }

    /** Both days are included. */
    private static String fileName(@Nullable ReportedTeam team, Instant from, Instant end, ZoneId zone) {
        return "usage-%s-%s-to-%s.csv"
                .formatted(
                        team == null ? "all-teams" : team.name(),
                        from.atZone(zone).toLocalDate(),
                        end.minusNanos(1).atZone(zone).toLocalDate());
    }

    private static ResponseEntity<byte[]> csv(UsageReport report, UsageQuery query, String fileName) {
        return ResponseEntity.ok()
                .contentType(CSV)
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + fileName + "\"")
                .body(UsageCsv.write(report, query.groupBy()).getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<SequencedSet<Grouping>> groupBy(String text, List<Dimension> allowed) {
        SequencedSet<Grouping> chosen = new LinkedHashSet<>();
        for (String name : text.split(",", -1)) {
            Optional<Grouping> grouping = Grouping.parse(name, allowed);
            if (grouping.isEmpty()) {
                return Optional.empty();
            }
            chosen.add(grouping.get());
        }
        return chosen.size() > MOST_GROUPINGS ? Optional.empty() : Optional.of(chosen);
    }
}
