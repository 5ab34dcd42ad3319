package io.klinggateway.apiframe;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps this replica's calls under the vendor's rate, first come first served. Callers reserve a slot and wait for it;
 * a pause (the vendor's {@code Retry-After}) pushes all later slots back. A tenth of a minute's calls may come at once.
 */
final class RateGate {

    private final LongSupplier nanoTime;
    private final long intervalNanos;
    private final long burstNanos;
    private long nextSlot;
    private long pausedUntil;

    RateGate(int callsPerMinute, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.intervalNanos = Math.max(1, Duration.ofMinutes(1).toNanos() / callsPerMinute);
        this.burstNanos = intervalNanos * Math.max(0, callsPerMinute / 10 - 1);
        this.nextSlot = nanoTime.getAsLong();
        this.pausedUntil = nextSlot;
    }

    /**
     * @return how long to wait before the call
     * @throws TooLong if that is more than {@code longest}; no slot is taken then
     */
    synchronized Duration reserve(Duration longest) throws TooLong {
        long now = nanoTime.getAsLong();
        long earliest = later(now, pausedUntil);
        long slot = later(nextSlot, earliest);
        long wait = later(earliest, slot - burstNanos) - now;
        if (wait > longest.toNanos()) {
            throw new TooLong(Duration.ofNanos(wait));
        }
        nextSlot = slot + intervalNanos;
        return Duration.ofNanos(wait);
    }

    /** How long a call would have to wait that came now; takes no slot. */
    synchronized Duration waitForNext() {
        long now = nanoTime.getAsLong();
        long earliest = later(now, pausedUntil);
        return Duration.ofNanos(later(earliest, later(nextSlot, earliest) - burstNanos) - now);
    }

    /** Lets nobody pass for this long. An earlier, longer pause stays. */
    synchronized void pause(Duration duration) {
        pausedUntil = later(pausedUntil, nanoTime.getAsLong() + duration.toNanos());
    }

    /** {@link System#nanoTime} may overflow: only differences tell which is later. */
    private static long later(long a, long b) {
        return a - b > 0 ? a : b;
    }

    /** Nobody's turn comes that soon. */
    static final class TooLong extends Exception {

        private final Duration wait;

        TooLong(Duration wait) {
            super("the next slot is " + wait.toMillis() + " ms away", null, false, false);
            this.wait = wait;
        }

        Duration untilSlot() {
            return wait;
        }
    }
}
