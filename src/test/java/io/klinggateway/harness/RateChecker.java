package io.klinggateway.harness;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Holds the calls that all replicas together made against the account's rate. Every kind of call counts, whatever befell it
 * later. Calls are counted where they left the replica, up to {@link #LATENESS} after it had taken them from the rate: that is
 * all the tolerance there is.
 */
final class RateChecker {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration LATENESS = Duration.ofSeconds(5);

    /** Shows an excess that lasts for less than a minute. */
    private static final Duration SHORT = Duration.ofSeconds(10);

    /** What may come at once beyond the steady rate, as a part of a minute's calls. */
    private static final int PART_AT_ONCE = 100;

    private final int callsPerMinute;
    private final List<Instant> calls;

    /** @param calls in the order of time */
    RateChecker(int callsPerMinute, List<Instant> calls) {
        this.callsPerMinute = callsPerMinute;
        this.calls = calls;
    }

    List<Violation> check() {
        var violations = new ArrayList<Violation>();
        check(MINUTE.minus(LATENESS), callsPerMinute, violations);
        var inShort = callsPerMinute * SHORT.plus(LATENESS).toMillis() / MINUTE.toMillis();
        check(SHORT, Math.toIntExact(inShort) + callsPerMinute / PART_AT_ONCE, violations);
        return violations;
    }

    private void check(Duration window, int allowed, List<Violation> violations) {
        var most = busiest(window);
        if (most.calls > allowed) {
            violations.add(new Violation(
                    "faster than the rate",
                    "%d calls in %d s from %s on, where %d are allowed"
                            .formatted(most.calls, window.toSeconds(), most.from, allowed)));
        }
    }

    private record Window(Instant from, int calls) {}

    private Window busiest(Duration length) {
        var busiest = new Window(Instant.EPOCH, 0);
        var first = 0;
        for (var last = 0; last < calls.size(); last++) {
            while (calls.get(first).plus(length).isBefore(calls.get(last))) {
                first++;
            }
            if (last - first + 1 > busiest.calls) {
                busiest = new Window(calls.get(first), last - first + 1);
            }
        }
        return busiest;
    }

    String summary() {
        return String.format(
                Locale.ROOT,
                "%d calls, at most %d in a minute of %d, and %d in 10 s",
                calls.size(),
                busiest(MINUTE).calls,
                callsPerMinute,
                busiest(SHORT).calls);
    }
}
