package io.klinggateway.tenant;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemMapping;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** Answers a name that is taken. */
@Component
class TenantProblems implements ProblemMapping {

    @Override
    public @Nullable ResponseEntity<Problem> answer(Throwable failure) {
        return failure instanceof NameTaken taken
                ? Problem.of(ProblemCode.CONFLICT, "The name \"" + taken.name() + "\" is taken")
                        .toResponse()
                : null;
    }
}
