package io.klinggateway.problem;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;

/** How a module's exceptions are answered. A module that owns an exception which may end a request has one such bean. */
@FunctionalInterface
public interface ProblemMapping {

    /** @return null if the exception is none of the module's */
    @Nullable
    ResponseEntity<Problem> answer(Throwable failure);
}
