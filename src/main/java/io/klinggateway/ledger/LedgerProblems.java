package io.klinggateway.ledger;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemMapping;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** Answers what does not fit into a budget's windows. */
@Component
class LedgerProblems implements ProblemMapping {

    @Override
    public @Nullable ResponseEntity<Problem> answer(Throwable failure) {
        return switch (failure) {
            case InsufficientCredits insufficient ->
                Problem.of(ProblemCode.INSUFFICIENT_CREDITS, "Insufficient credits")
                        .withCredits(
                                insufficient.required().amount(),
                                insufficient.left().available().amount(),
                                insufficient.left().limitedBy().wire(),
                                insufficient.left().window(),
                                insufficient.left().resetsAt())
                        .toResponse();
            case AdjustmentOutOfRange adjustment -> conflict(adjustment.sentence());
            case GrantLimitExceeded _ -> conflict("The grants of this period would exceed what a budget may hold");
            default -> null;
        };
    }

    private static ResponseEntity<Problem> conflict(String sentence) {
        return Problem.of(ProblemCode.CONFLICT, sentence).toResponse();
    }
}
