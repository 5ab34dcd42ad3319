package io.klinggateway.bench;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** The vendor's rate: so many calls in any minute, and no more. Not thread-safe. */
final class RateWindow {

    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

    private final Deque<Long> granted = new ArrayDeque<>();
    private final Deque<Long> seen = new ArrayDeque<>();
    private int perMinute;
    private int peak;

    RateWindow(int perMinute) {
        this.perMinute = perMinute;
    }

    /** @return for how many seconds the caller is to stay away; 0 if the call is granted */
    int take(long now) {
        forget(seen, now);
        seen.addLast(now);
        peak = Math.max(peak, seen.size());
        forget(granted, now);
        if (granted.size() < perMinute) {
            granted.addLast(now);
            return 0;
        }
        return (int) Math.ceilDiv(granted.getFirst() + MINUTE_NANOS - now, 1_000_000_000L);
    }

    private static void forget(Deque<Long> calls, long now) {
        while (!calls.isEmpty() && now - calls.getFirst() >= MINUTE_NANOS) {
            calls.removeFirst();
        }
    }

    void limit(int callsPerMinute) {
        perMinute = callsPerMinute;
    }

    /** The most calls in any minute, refused ones too, since the last call of {@link #restartPeak}. */
    int peak() {
        return peak;
    }

    void restartPeak() {
        peak = 0;
    }
}
