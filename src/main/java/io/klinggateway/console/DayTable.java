package io.klinggateway.console;

import io.klinggateway.usage.SpendForecast.DaySpend;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.stream.Stream;

/** Spend by day and name; drawn as a chart from the table that stands under it. */
record DayTable(List<String> names, List<Day> days, long total) {

    static final int DAYS = 30;

    record Day(LocalDate date, List<Long> credits, long total) {}

    /** 30 days up to today, or up to the last row: somewhere it may be tomorrow. In the order of names that the rows have. */
    static DayTable of(List<DaySpend> spend, LocalDate today) {
        LocalDate last = Stream.concat(Stream.of(today), spend.stream().map(DaySpend::day))
                .max(Comparator.naturalOrder())
                .orElseThrow();
        return of(spend, Stream.iterate(first(last), date -> !date.isAfter(last), date -> date.plusDays(1)));
    }

    /** Of those days, or of the months that begin with them; in the order of names that the rows have. */
    static DayTable of(List<DaySpend> spend, Stream<LocalDate> dates) {
        SequencedSet<String> names = new LinkedHashSet<>();
        Map<LocalDate, Map<String, Long>> credits = new HashMap<>();
        for (DaySpend row : spend) {
            names.add(row.name());
            credits.computeIfAbsent(row.day(), _ -> new HashMap<>()).merge(row.name(), row.credits(), Long::sum);
        }
        List<Day> days = dates.map(date -> day(date, names, credits.getOrDefault(date, Map.of())))
                .toList();
        return new DayTable(
                List.copyOf(names), days, days.stream().mapToLong(Day::total).sum());
    }

    static LocalDate first(LocalDate today) {
        return today.minusDays(DAYS - 1L);
    }

    private static Day day(LocalDate date, SequencedSet<String> names, Map<String, Long> credits) {
        List<Long> values =
                names.stream().map(name -> credits.getOrDefault(name, 0L)).toList();
        return new Day(date, values, values.stream().mapToLong(Long::longValue).sum());
    }
}
