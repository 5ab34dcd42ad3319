package io.klinggateway.harness;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for conditions, never for time alone. */
public final class Waiting {

    private static final Duration POLL = Duration.ofMillis(20);

    private Waiting() {}

    public static void until(String what, Duration longest, BooleanSupplier condition) {
        if (!isTrueWithin(longest, condition)) {
            throw new IllegalStateException("waited " + longest.toSeconds() + " s in vain until " + what);
        }
    }

    static boolean isTrueWithin(Duration longest, BooleanSupplier condition) {
        var end = System.nanoTime() + longest.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            pause(POLL);
        }
        return true;
    }

    /** The rhythm of the plan, and of faults that are nothing but time. */
    public static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
