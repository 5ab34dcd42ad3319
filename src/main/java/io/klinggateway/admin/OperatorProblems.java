package io.klinggateway.admin;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemMapping;
import org.jspecify.annotations.Nullable;
import org.springdoc.api.OpenApiResourceNotFoundException;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** Answers a call for the description of the operators' API while there is none. */
@Component
class OperatorProblems implements ProblemMapping {

    @Override
    public @Nullable ResponseEntity<Problem> answer(Throwable failure) {
        return failure instanceof OpenApiResourceNotFoundException
                ? Problem.of(ProblemCode.NOT_FOUND, "Not found").toResponse()
                : null;
    }
}
