package io.klinggateway.generation;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemMapping;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** Answers what ends a submission without a job. */
@Component
class GenerationProblems implements ProblemMapping {

    private static final Logger log = LoggerFactory.getLogger(GenerationProblems.class);
    private static final Duration RETRY_UNKNOWN = Duration.ofSeconds(5);

    @Override
    public @Nullable ResponseEntity<Problem> answer(Throwable failure) {
        return switch (failure) {
            case IdempotencyConflict _ ->
                Problem.of(
                                ProblemCode.IDEMPOTENCY_CONFLICT,
                                "This Idempotency-Key was used with another body; use a new Idempotency-Key")
                        .toResponse();
            case OutcomeUnknown unknown -> {
                log.error("the outcome of a request is unknown: the database was lost in a COMMIT", unknown);
                yield Problem.of(
                                ProblemCode.OUTCOME_UNKNOWN,
                                "The outcome is unknown; retry with the same Idempotency-Key to learn it")
                        .toResponse(RETRY_UNKNOWN);
            }
            default -> null;
        };
    }
}
