package io.klinggateway.apiframe;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The {@code Retry-After} header in both of its forms: whole seconds or an HTTP date. */
final class VendorRetryAfter {

    private static final Duration LONGEST = Duration.ofHours(1);

    private static final int MOST_DIGITS = 18;

    private VendorRetryAfter() {}

    /** @return from zero to an hour; null if the header is absent or unreadable */
    static @Nullable Duration parse(@Nullable String header, Clock clock) {
        if (header == null) {
            return null;
        }
        String value = header.strip();
        try {
            Duration wait = value.matches("\\d+")
                    ? seconds(value)
                    : Duration.between(
                            clock.instant(),
                            ZonedDateTime.parse(
                                    value, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ENGLISH)));
            return wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
        } catch (DateTimeException unreadable) {
            return null;
        }
    }

    private static Duration seconds(String digits) {
        return digits.length() > MOST_DIGITS ? LONGEST : Duration.ofSeconds(Long.parseLong(digits));
    }
}
