package io.klinggateway.problem;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Ends a request with a {@link Problem}. For outcomes without facts of their own that another part would read. */
public final class ProblemException extends RuntimeException {

    private final transient Problem problem;
    private final @Nullable Duration retryAfter;

    public ProblemException(Problem problem) {
        this(problem, null);
    }

    public ProblemException(Problem problem, @Nullable Duration retryAfter) {
        super(problem.detail());
        this.problem = problem;
        this.retryAfter = retryAfter;
    }

    public Problem problem() {
        return Objects.requireNonNull(problem);
    }

    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
