package io.klinggateway.image;

import io.klinggateway.problem.Problem;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers an invalid request for images. */
@RestControllerAdvice
class ImageAdvice {

    @ExceptionHandler
    ResponseEntity<Problem> invalid(InvalidImageRequest invalid) {
        return Problem.invalid(invalid.violations()).toResponse();
    }
}
