package io.klinggateway.reconciliation;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemMapping;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** Answers an operator whose generation cannot be resolved as asked. */
@Component
class ReconciliationProblems implements ProblemMapping {

    @Override
    public @Nullable ResponseEntity<Problem> answer(Throwable failure) {
        return failure instanceof ResolutionNotPossible
                ? Problem.of(ProblemCode.CONFLICT, String.valueOf(failure.getMessage()))
                        .toResponse()
                : null;
    }
}
