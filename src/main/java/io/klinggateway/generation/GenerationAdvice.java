package io.klinggateway.generation;

import io.klinggateway.ledger.InsufficientCredits;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers what ends a submission without a job. */
@RestControllerAdvice
class GenerationAdvice {

    private static final Logger log = LoggerFactory.getLogger(GenerationAdvice.class);
    private static final Duration RETRY_UNKNOWN = Duration.ofSeconds(5);

    @ExceptionHandler
    ResponseEntity<Problem> insufficient(InsufficientCredits refused) {
        return Problem.of(ProblemCode.INSUFFICIENT_CREDITS, "Insufficient credits")
                .withCredits(refused.required().amount(), refused.available().amount(), refused.resetsAt())
                .toResponse();
    }

    @ExceptionHandler
    ResponseEntity<Problem> conflict(IdempotencyConflict conflict) {
        return Problem.of(
                        ProblemCode.IDEMPOTENCY_CONFLICT,
                        "This Idempotency-Key was used with another body; take a new key")
                .toResponse();
    }

    @ExceptionHandler
    ResponseEntity<Problem> unknown(OutcomeUnknown unknown) {
        log.error("the outcome of a request is unknown: the database was lost in a COMMIT", unknown);
        return Problem.of(
                        ProblemCode.OUTCOME_UNKNOWN,
                        "The outcome is unknown; retry with the same Idempotency-Key to learn it")
                .toResponse(RETRY_UNKNOWN);
    }
}
