package io.klinggateway.imagerequest;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemMapping;
import io.klinggateway.problem.Routes;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Answers an invalid request for images, and a call of what the gateway does not serve. */
@Component
class ImageProblems implements ProblemMapping {

    private final Routes routes;

    ImageProblems(Routes routes) {
        this.routes = routes;
    }

    @Override
    public @Nullable ResponseEntity<Problem> answer(Throwable failure) {
        return switch (failure) {
            case InvalidImageRequest invalid ->
                Problem.invalid(invalid.violations()).toResponse();
            // Clients of the vendor may know the rest of its API: videos, music.
            case NoResourceFoundException missing
            when missing.getResourcePath().startsWith("v2/") ->
                Problem.of(
                                ProblemCode.NOT_FOUND,
                                "Not found: " + routes.nothingAt(missing.getResourcePath())
                                        + " (this gateway serves one model, " + ImageRequest.MODEL + ")")
                        .toResponse();
            default -> null;
        };
    }
}
