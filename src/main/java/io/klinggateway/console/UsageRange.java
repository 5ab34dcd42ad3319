package io.klinggateway.console;

import io.klinggateway.usage.SpendBreakdown.Days;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The days that a page of usage shows, and those that it holds them against: a month and the month before, up to the same day
 * if it has not ended; or any days and as many before them.
 *
 * @param month null if it is not one
 */
record UsageRange(Days days, Days before, @Nullable YearMonth month) {

    static final String RULE =
            "The days must be dates such as 2026-11-01, the first no later than the last, and 400 at most";

    private static final int MOST_DAYS = 400;
    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("MMMM uuuu", Locale.ENGLISH);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH);
    private static final YearMonth EARLIEST = YearMonth.of(1970, 2);

    /** @return empty if it is none */
    static Optional<UsageRange> parse(
            @Nullable String month, @Nullable String from, @Nullable String to, LocalDate today) {
        try {
            if (isGiven(from) || isGiven(to)) {
                LocalDate first = isGiven(from) ? LocalDate.parse(from) : today.withDayOfMonth(1);
                return between(first, isGiven(to) ? LocalDate.parse(to) : today);
            }
            YearMonth wanted = isGiven(month) ? YearMonth.parse(month) : YearMonth.from(today);
            return wanted.isBefore(EARLIEST) || wanted.isAfter(YearMonth.from(today))
                    ? Optional.empty()
                    : Optional.of(of(wanted, today));
        } catch (DateTimeException unreadable) {
            return Optional.empty();
        }
    }

    private static boolean isGiven(@Nullable String text) {
        return text != null && !text.isBlank();
    }

    private static Optional<UsageRange> between(LocalDate from, LocalDate to) {
        Days days = new Days(from, to);
        if (days.count() < 1 || days.count() > MOST_DAYS || from.isBefore(EARLIEST.atDay(1)) || to.getYear() > 9998) {
            return Optional.empty();
        }
        return Optional.of(new UsageRange(days, new Days(from.minusDays(days.count()), from.minusDays(1)), null));
    }

    static UsageRange of(YearMonth month, LocalDate today) {
        boolean runs = month.equals(YearMonth.from(today));
        LocalDate last = runs ? today : month.atEndOfMonth();
        YearMonth previous = month.minusMonths(1);
        LocalDate lastBefore = runs
                ? previous.atDay(Math.min(today.getDayOfMonth(), previous.lengthOfMonth()))
                : previous.atEndOfMonth();
        return new UsageRange(new Days(month.atDay(1), last), new Days(previous.atDay(1), lastBefore), month);
    }

    /** Each day, or the first of each month if there are many. */
    Stream<LocalDate> dates() {
        LocalDate first = days.byMonth() ? days.from().withDayOfMonth(1) : days.from();
        return Stream.iterate(
                first,
                date -> !date.isAfter(days.to()),
                date -> days.byMonth() ? date.plusMonths(1) : date.plusDays(1));
    }

    /** {@code November 2026}, or {@code 3 Nov 2026 to 9 Nov 2026}. */
    public String title() {
        return month == null ? words(days) : MONTH.format(month);
    }

    /** {@code October 2026}, {@code 1 Oct 2026 to 12 Oct 2026}. */
    public String titleBefore() {
        boolean whole =
                month != null && before.to().equals(YearMonth.from(before.to()).atEndOfMonth());
        return whole ? MONTH.format(before.from()) : words(before);
    }

    private static String words(Days days) {
        return DAY.format(days.from()) + " to " + DAY.format(days.to());
    }

    /** The month before it, or before its first day. */
    public YearMonth previous() {
        return YearMonth.from(days.from()).minusMonths(1);
    }

    /** Null if it is to come. */
    public @Nullable YearMonth next(LocalDate today) {
        YearMonth next = YearMonth.from(days.to()).plusMonths(1);
        return next.isAfter(YearMonth.from(today)) ? null : next;
    }
}
