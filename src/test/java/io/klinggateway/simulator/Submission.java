package io.klinggateway.simulator;

/** What the vendor makes of a valid request. */
sealed interface Submission {

    /** A new job, or the first one of a repeated idempotency key. */
    record Accepted(SimulatedJob job, boolean replayed) implements Submission {}

    /** The idempotency key belongs to another request. */
    record Conflict() implements Submission {}

    record InsufficientCredits(long required, long available) implements Submission {}
}
