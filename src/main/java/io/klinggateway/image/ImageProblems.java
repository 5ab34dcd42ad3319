package io.klinggateway.image;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemMapping;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Answers an invalid request for images, and a call of what the gateway does not serve. */
@Component
class ImageProblems implements ProblemMapping {

    @Override
    public @Nullable ResponseEntity<Problem> answer(Throwable failure) {
        return switch (failure) {
            case InvalidImageRequest invalid ->
                Problem.invalid(invalid.violations()).toResponse();
            case NoResourceFoundException missing ->
                Problem.of(ProblemCode.NOT_FOUND, notFound(missing.getResourcePath()))
                        .toResponse();
            default -> null;
        };
    }

    /** Clients of the vendor may know the rest of its API: videos, music. */
    private static String notFound(String path) {
        return path.startsWith("v2/")
                ? "Not found: this gateway serves one model, " + ImageRequest.MODEL
                        + ", at /v2/images/generate, /v2/uploads, /v2/jobs, /v2/me, /v2/credits and /v2/models"
                : "Not found";
    }
}
