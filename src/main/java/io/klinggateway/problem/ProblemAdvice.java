package io.klinggateway.problem;

import jakarta.servlet.ServletException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.validation.BindException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;

/** Answers whatever ends a request of the API. */
@RestControllerAdvice
class ProblemAdvice {

    private final Problems problems;

    ProblemAdvice(Problems problems) {
        this.problems = problems;
    }

    @ExceptionHandler({RuntimeException.class, ServletException.class, BindException.class})
    ResponseEntity<Problem> failed(Exception failure) {
        return problems.answer(failure);
    }

    /** The caller has gone: there is no one to answer. */
    @ExceptionHandler(AsyncRequestNotUsableException.class)
    @Nullable
    ResponseEntity<Problem> callerGone() {
        return null;
    }
}
