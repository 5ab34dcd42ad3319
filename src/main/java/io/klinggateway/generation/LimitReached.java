package io.klinggateway.generation;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import java.time.Duration;

/** A tenant is at one of its limits; nothing was held. */
final class LimitReached {

    /** A place comes free with each turn of the tenant. */
    private static final Duration RETRY_WAITING = Duration.ofSeconds(5);

    private LimitReached() {}

    static ProblemException ofRequests(RequestAllowance allowance) {
        return new ProblemException(
                Problem.of(
                        ProblemCode.RATE_LIMITED,
                        "The team's limit of %d %s per minute is reached"
                                .formatted(allowance.limit(), allowance.limit() == 1 ? "request" : "requests")),
                allowance.untilReset());
    }

    static ProblemException ofWaiting() {
        return new ProblemException(
                Problem.of(
                        ProblemCode.QUEUE_FULL, "The team's queue is full; try again when some of its jobs have ended"),
                RETRY_WAITING);
    }
}
