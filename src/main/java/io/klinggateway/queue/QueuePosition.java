package io.klinggateway.queue;

import java.time.Duration;

/**
 * Where a generation stands in the queue, as an estimate: others may come that have their turn before, and calls may fail.
 *
 * @param ahead how many are sent before it, of all teams
 */
public record QueuePosition(long ahead, Duration startsIn) {

    /** Whole seconds, rounded up. */
    public long startsInSeconds() {
        return Math.ceilDiv(startsIn.toMillis(), 1000);
    }
}
