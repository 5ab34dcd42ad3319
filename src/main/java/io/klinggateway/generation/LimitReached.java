package io.klinggateway.generation;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import java.time.Duration;

/** A tenant is at one of its limits; nothing was held. */
final class LimitReached {

    /** Images take ten seconds and more. */
    private static final Duration RETRY_CONCURRENCY = Duration.ofSeconds(5);

    private LimitReached() {}

    static ProblemException ofRequests(RequestAllowance allowance) {
        return new ProblemException(
                Problem.of(
                        ProblemCode.RATE_LIMITED,
                        "The team's limit of " + allowance.limit() + " requests per minute is reached"),
                allowance.untilReset());
    }

    static ProblemException ofConcurrency() {
        return new ProblemException(
                Problem.of(ProblemCode.CONCURRENCY_LIMITED, "The team has as many open jobs as it may have at once"),
                RETRY_CONCURRENCY);
    }
}
