package io.klinggateway.image;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Answers for the rest of the vendor's API, which clients of the vendor may know: videos, music, uploads. */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
class NotServedAdvice {

    @ExceptionHandler
    ResponseEntity<Problem> notServed(NoResourceFoundException missing) {
        return Problem.of(
                        ProblemCode.NOT_FOUND,
                        missing.getResourcePath().startsWith("v2/")
                                ? "Not found: this gateway serves one model, " + ImageRequest.MODEL
                                        + ", at /v2/images/generate, /v2/jobs, /v2/me, /v2/credits and /v2/models"
                                : "Not found")
                .toResponse();
    }
}
