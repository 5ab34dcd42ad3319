package io.klinggateway.oversight;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers an operator whose resolution of a generation is refused. */
@RestControllerAdvice
class OversightAdvice {

    @ExceptionHandler
    ResponseEntity<Problem> resolutionRefused(ResolutionRefused refused) {
        return Problem.of(ProblemCode.CONFLICT, String.valueOf(refused.getMessage()))
                .toResponse();
    }
}
