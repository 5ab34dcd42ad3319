package io.klinggateway.admin;

import org.springframework.http.ResponseEntity;

/**
 * A call that may be repeated under its idempotency key.
 *
 * @param answer as the first call had it
 * @param replayed whether the call was made before, and had no effect this time
 */
public record IdempotentResult<T>(T answer, boolean replayed) {

    ResponseEntity<T> toResponse() {
        ResponseEntity.BodyBuilder response = ResponseEntity.ok();
        if (replayed) {
            response.header("Idempotent-Replayed", "true");
        }
        return response.body(answer);
    }
}
