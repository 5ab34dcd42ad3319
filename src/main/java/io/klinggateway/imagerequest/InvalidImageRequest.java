package io.klinggateway.imagerequest;

import java.util.List;
import java.util.Map;

/** A body that is JSON but no valid request for images. Carries every violation, by JSON path. */
final class InvalidImageRequest extends RuntimeException {

    private final transient Map<String, List<String>> violations;

    InvalidImageRequest(Map<String, List<String>> violations) {
        super("invalid at " + violations.keySet());
        this.violations = violations;
    }

    Map<String, List<String>> violations() {
        return violations;
    }
}
