package io.klinggateway.usage;

import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemException;
import io.swagger.v3.oas.annotations.media.Schema;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
        Faults faults = new Faults();
        ZoneId zone = zone(request.timeZone(), defaultZone, faults);
        Instant from = request.from() == null
                ? startOf(LocalDate.now(clock.withZone(zone)).withDayOfMonth(1), zone)
                : time("from", request.from(), 0, zone, faults);
        Instant to = request.to() == null ? null : time("to", request.to(), 1, zone, faults);
        SequencedSet<Dimension> groupBy = groupBy(request.groupBy(), allowed, faults);
        if (request.format() != null && !request.format().matches("json|csv")) {
            faults.add("format", "must be json or csv");
        }
        faults.refuseIfAny();
        Instant end = to == null ? clock.instant() : to;
        if (to != null && !from.isBefore(to)) {
            faults.add("to", "must be later than from");
        } else if (Duration.between(from, end).compareTo(LONGEST_RANGE) > 0) {
            faults.add("from", "must be at most " + LONGEST_RANGE.toDays() + " days before to");
        }
        faults.refuseIfAny();
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

    private static ZoneId zone(@Nullable String text, ZoneId otherwise, Faults faults) {
        if (text == null) {
            return otherwise;
        }
        if (!ZoneId.getAvailableZoneIds().contains(text)) {
            faults.add("timeZone", "must be a region id such as Europe/Berlin");
            return otherwise;
        }
        return ZoneId.of(text);
    }

    /** @param daysAfter what a bare date stands for: its own beginning, or the next one's */
    private static Instant time(String name, String text, int daysAfter, ZoneId zone, Faults faults) {
        try {
            return text.contains("T")
                    ? Instant.parse(text)
                    : startOf(LocalDate.parse(text).plusDays(daysAfter), zone);
        } catch (DateTimeException unreadable) {
            faults.add(name, "must be a date such as 2026-11-01, or a time such as 2026-11-01T00:00:00Z");
            return Instant.EPOCH;
        }
    }

    private static Instant startOf(LocalDate day, ZoneId zone) {
        return day.atStartOfDay(zone).toInstant();
    }

    private static SequencedSet<Dimension> groupBy(
            @Nullable String text, SequencedSet<Dimension> allowed, Faults faults) {
        SequencedSet<Dimension> chosen = new LinkedHashSet<>();
        if (text == null) {
            chosen.add(allowed.getFirst());
            return chosen;
        }
        for (String name : text.split(",", -1)) {
            allowed.stream()
                    .filter(dimension -> dimension.wire().equals(name))
                    .findFirst()
                    .ifPresentOrElse(
                            chosen::add,
                            () -> faults.add(
                                    "groupBy",
                                    "must be some of "
                                            + allowed.stream()
                                                    .map(Dimension::wire)
                                                    .collect(Collectors.joining(", "))));
        }
        return chosen;
    }

    /** Collects all that is wrong before any of it is answered. */
    private static final class Faults {

        private final Map<String, List<String>> messages = new LinkedHashMap<>();

        void add(String name, String message) {
            messages.computeIfAbsent(name, _ -> new ArrayList<>()).add(message);
        }

        void refuseIfAny() {
            if (!messages.isEmpty()) {
                messages.replaceAll((_, all) -> all.stream().distinct().toList());
                throw new ProblemException(Problem.invalid(messages));
            }
        }
    }
}
