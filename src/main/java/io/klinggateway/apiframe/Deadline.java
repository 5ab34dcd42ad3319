package io.klinggateway.apiframe;

import java.time.Duration;

/** A moment on this process's monotonic clock, which no adjustment of the wall clock moves. */
public final class Deadline {

    private final long nanos;

    private Deadline(long nanos) {
        this.nanos = nanos;
    }

    public static Deadline in(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos());
    }

    /** What is left; negative once it has passed. */
    public Duration remaining() {
        return Duration.ofNanos(nanos - System.nanoTime());
    }

    public boolean hasPassed() {
        return !remaining().isPositive();
    }

    public boolean allows(Duration duration) {
        return remaining().compareTo(duration) > 0;
    }
}
