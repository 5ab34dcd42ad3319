package io.klinggateway.console;

import io.klinggateway.ledger.AvailableCredits;
import io.klinggateway.ledger.WindowView;
import io.klinggateway.problem.Problem;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How pages write numbers, times and states. */
final class Formats {

    static final Formats INSTANCE = new Formats();

    private static final DateTimeFormatter SHORT = utc("d MMM uuuu HH:mm 'UTC'");
    private static final DateTimeFormatter EXACT = utc("uuuu-MM-dd HH:mm:ss 'UTC'");

    private static final int SHORT_ID = 13;

    private Formats() {}

    private static DateTimeFormatter utc(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
    }

    public String number(long number) {
        return String.format(Locale.ENGLISH, "%,d", number);
    }

    /** {@code 3.2 MB}; what is small in kB. */
    public String bytes(long bytes) {
        return bytes < 100 * 1024
                ? Math.ceilDiv(bytes, 1024) + " kB"
                : String.format(Locale.ENGLISH, "%.1f MB", bytes / (1024.0 * 1024));
    }

    /** Above the list of a problem's faults, which it does not repeat. */
    public String headline(Problem problem) {
        return problem.summarizesDetails() ? problem.title() : problem.detail();
    }

    /** {@code 12 %}, {@code < 1 %}. */
    public String share(double share) {
        return share > 0 && share < 0.01 ? "< 1 %" : Math.round(share * 100) + " %";
    }

    /** How much more that is than before: {@code +12 %}; {@code new} if there was nothing before. */
    public String change(long now, long before) {
        if (before <= 0 || now < 0) {
            return now == before ? "" : before == 0 ? "new" : signed(now - before);
        }
        long percent = Math.round(100.0 * (now - before) / before);
        return (percent > 0 ? "+" : percent < 0 ? "−" : "±") + number(Math.abs(percent)) + " %";
    }

    public String signed(long number) {
        return number == 0 ? "" : String.format(Locale.ENGLISH, "%+,d", number);
    }

    public String shortTime(Instant time) {
        return SHORT.format(time);
    }

    public String exactTime(Instant time) {
        return EXACT.format(time);
    }

    public String duration(Duration duration) {
        if (duration.toMinutes() < 2) {
            return duration.toSeconds() + " s";
        }
        if (duration.toHours() < 2) {
            return duration.toMinutes() + " min";
        }
        return duration.toDays() < 2 ? duration.toHours() + " h" : count(duration.toDays(), "day");
    }

    /** When something is likely to happen, in whole seconds at the least. */
    public String soon(Duration until) {
        return "in about " + duration(Duration.ofSeconds(Math.max(1, Math.ceilDiv(until.toMillis(), 1000))));
    }

    /** {@code 1 job}, {@code 2 jobs}. */
    public String count(long number, String noun) {
        return number(number) + " " + noun + (number == 1 ? "" : "s");
    }

    /** An id's beginning, by which it is found again: the millisecond in which it was made. */
    public String shortId(Object id) {
        return id.toString().substring(0, SHORT_ID) + "…";
    }

    /** {@code IN_REVIEW} as {@code In review}. */
    public String state(Object state) {
        String words = state.toString().toLowerCase(Locale.ROOT).replace('_', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    /** When a window starts anew: {@code per week from Sunday}. */
    public String period(WindowView window) {
        return switch (window.period()) {
            case DAY -> "per day";
            case WEEK -> "per week" + (window.firstDay() == 1 ? "" : " from " + weekday(window.firstDay()));
            case MONTH -> "per month" + (window.firstDay() == 1 ? "" : " from day " + window.firstDay());
            case QUARTER -> "per quarter";
            case TOTAL -> "in total";
        };
    }

    private static String weekday(int day) {
        return DayOfWeek.of(day).getDisplayName(TextStyle.FULL, Locale.ENGLISH);
    }

    /** What windows allow: {@code 400 per day, 5,000 per month}. */
    public String limits(List<WindowView> windows) {
        return windows.stream()
                .map(window -> {
                    Long limit = window.limit();
                    return (limit == null ? "no limit" : number(limit)) + " " + period(window);
                })
                .collect(Collectors.joining(", "));
    }

    /** Which budget decides about what is left. */
    public String limiter(AvailableCredits left) {
        return switch (left.limitedBy()) {
            case KEY -> "the key's own budget";
            case TENANT, WINDOW -> "the team's budget";
        };
    }

    /** Only what a browser may load as an image. */
    public boolean isImageUrl(@Nullable String url) {
        try {
            String scheme = url == null ? null : new URI(url).getScheme();
            return "https".equalsIgnoreCase(scheme) || "http".equalsIgnoreCase(scheme);
        } catch (URISyntaxException unreadable) {
            return false;
        }
    }
}
