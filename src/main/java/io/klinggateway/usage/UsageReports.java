package io.klinggateway.usage;

import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.problem.RequestParameters;
import io.klinggateway.support.Instants;
import io.swagger.v3.oas.annotations.media.Schema;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** Reports of spend, as a caller asks for them. */
@Component
public class UsageReports {

    private static final Duration LONGEST_RANGE = Duration.ofDays(400);
    private static final MediaType CSV = new MediaType("text", "csv", StandardCharsets.UTF_8);

    private final UsageRepository usage;
    private final Clock clock;

    UsageReports(UsageRepository usage, Clock clock) {
        this.usage = usage;
        this.clock = clock;
    }

    /**
     * The parameters as they came; null for one that did not.
     *
     * @param from a date, or an instant; the first of this month if absent
     * @param to a date, which is included, or an instant, which is not; now if absent
     * @param groupBy names of dimensions with commas between
     * @param format {@code json} or {@code csv}
     * @param timeZone a region whose midnights part the days
     */
    public record Request(
            @Nullable String from,
            @Nullable String to,
            @Nullable String groupBy,
            @Nullable String format,
            @Nullable String timeZone) {}

    /**
     * @param tenant null for all
     * @param allowed the dimensions that this caller may ask for; the first is the default
     * @throws ProblemException if a parameter is not valid
     */
    public ResponseEntity<?> answer(
            Request request, @Nullable TenantId tenant, SequencedSet<Dimension> allowed, ZoneId defaultZone) {
        RequestParameters parameters = new RequestParameters();
        ZoneId zone = Objects.requireNonNullElse(
                parameters.read(
                        "timeZone",
                        request.timeZone(),
                        UsageReports::zone,
                        "must be a region id such as Europe/Berlin"),
                defaultZone);
        Instant from = Objects.requireNonNullElseGet(
                parameters.read("from", request.from(), text -> Instants.parse(text, 0, zone), Instants.RULE),
                () -> Instants.startOf(LocalDate.now(clock.withZone(zone)).withDayOfMonth(1), zone));
        Instant to = parameters.read("to", request.to(), text -> Instants.parse(text, 1, zone), Instants.RULE);
        SequencedSet<Dimension> groupBy = Objects.requireNonNullElseGet(
                parameters.read(
                        "groupBy",
                        request.groupBy(),
                        text -> groupBy(text, allowed),
                        "must be some of " + names(allowed)),
                () -> new LinkedHashSet<>(List.of(allowed.getFirst())));
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
        List<UsageRow> rows = usage.report(new UsageQuery(tenant, from, to, zone, groupBy));
        return "csv".equals(request.format())
                ? csv(rows, groupBy)
                : ResponseEntity.ok()
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(new Report(
                                from,
                                to,
                                zone.getId(),
                                groupBy.stream().map(Dimension::wire).toList(),
                                rows));
    }

    /** @param to exclusive; null for all up to now */
    @Schema(name = "UsageReport")
    record Report(
            Instant from,
            @Nullable Instant to,
            @Schema(example = "UTC") String timeZone,
            List<String> groupBy,
            List<UsageRow> rows) {}

    private static ResponseEntity<byte[]> csv(List<UsageRow> rows, SequencedSet<Dimension> groupBy) {
        return ResponseEntity.ok()
                .contentType(CSV)
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"usage.csv\"")
                .body(UsageCsv.write(rows, groupBy).getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<ZoneId> zone(String text) {
        return ZoneId.getAvailableZoneIds().contains(text) ? Optional.of(ZoneId.of(text)) : Optional.empty();
    }

    private static Optional<SequencedSet<Dimension>> groupBy(String text, SequencedSet<Dimension> allowed) {
        SequencedSet<Dimension> chosen = new LinkedHashSet<>();
        for (String name : text.split(",", -1)) {
            Optional<Dimension> dimension = allowed.stream()
                    .filter(candidate -> candidate.wire().equals(name))
                    .findFirst();
            if (dimension.isEmpty()) {
                return Optional.empty();
            }
            chosen.add(dimension.get());
        }
        return Optional.of(chosen);
    }

    private static String names(SequencedSet<Dimension> dimensions) {
        return dimensions.stream().map(Dimension::wire).collect(Collectors.joining(", "));
    }
}
