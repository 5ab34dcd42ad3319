package io.klinggateway.tenant;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemMapping;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** Answers a name that is taken, and a key that is another's. */
@Component
class TenantProblems implements ProblemMapping {

    @Override
    public @Nullable ResponseEntity<Problem> answer(Throwable failure) {
        return switch (failure) {
            case NameTaken taken ->
                Problem.of(ProblemCode.CONFLICT, "The name \"" + taken.name() + "\" is taken")
                        .toResponse();
            case KeyBelongsToAnother key ->
                Problem.of(
                                ProblemCode.CONFLICT,
                                "The key \"" + key.keyName() + "\" of team \"" + key.tenant()
                                        + "\" already belongs to another team")
                        .toResponse();
            default -> null;
        };
    }
}
