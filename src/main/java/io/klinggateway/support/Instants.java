package io.klinggateway.support;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Optional;

/** Points in time that callers write. */
public final class Instants {

    /** The last second of the year 9999: later ones have no form that every reader of ISO 8601 takes. */
    public static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    public static final String RULE = "must be a date such as 2026-11-01, or a time such as 2026-11-01T00:00:00Z";

    private Instants() {}

    /**
     * Reads a time, or a date.
     *
     * @param daysAfter the day at whose beginning a bare date is meant to be: 0 for its own, 1 for the next one
     * @param zone whose midnights part the days
     * @return empty if it is neither, or outside of the years 1970 to 9999
     */
    public static Optional<Instant> parse(String text, int daysAfter, ZoneId zone) {
        try {
            Instant instant = text.contains("T")
                    ? Instant.parse(text)
                    : startOf(LocalDate.parse(text).plusDays(daysAfter), zone);
            return isInRange(instant) ? Optional.of(instant) : Optional.empty();
        } catch (DateTimeException unreadable) {
            return Optional.empty();
        }
    }

    public static Instant startOf(LocalDate day, ZoneId zone) {
        return day.atStartOfDay(zone).toInstant();
    }

    static boolean isInRange(Instant instant) {
        return !instant.isBefore(Instant.EPOCH) && !instant.isAfter(LATEST);
    }
}
