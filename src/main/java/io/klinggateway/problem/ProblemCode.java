package io.klinggateway.problem;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.springframework.http.HttpStatus;

/** Why a request was refused. The wire form is the lower-case name and never changes once published. */
public enum ProblemCode {
    VALIDATION_FAILED(HttpStatus.BAD_REQUEST, "The request is not valid"),
    MALFORMED_JSON(HttpStatus.BAD_REQUEST, "The body is not JSON"),
    API_KEY_MISSING(HttpStatus.UNAUTHORIZED, "No API key was sent"),
    API_KEY_INVALID(HttpStatus.UNAUTHORIZED, "The API key is unknown or revoked"),
    API_KEY_INACTIVE(HttpStatus.FORBIDDEN, "The API key may not be used now"),
    ADDRESS_NOT_ALLOWED(HttpStatus.FORBIDDEN, "The API key may not be used from this address"),
    NOT_PERMITTED(HttpStatus.FORBIDDEN, "The caller may not do this"),
    INSUFFICIENT_CREDITS(HttpStatus.PAYMENT_REQUIRED, "The budget has too few credits left"),
    NOT_FOUND(HttpStatus.NOT_FOUND, "Not found"),
    METHOD_NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED, "The method is not allowed here"),
    NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE, "The gateway answers in application/json"),
    UNSUPPORTED_MEDIA_TYPE(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The gateway reads application/json"),
    BODY_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "The body is too large"),
    CONFLICT(HttpStatus.CONFLICT, "The request conflicts with the current state"),
    PRECONDITION_FAILED(HttpStatus.PRECONDITION_FAILED, "The resource has changed since it was read"),
    PRECONDITION_REQUIRED(HttpStatus.PRECONDITION_REQUIRED, "The request needs an If-Match header"),
    IDEMPOTENCY_CONFLICT(HttpStatus.CONFLICT, "The idempotency key belongs to another request"),
    ALREADY_SENT(HttpStatus.CONFLICT, "The job was sent to the vendor already"),
    RATE_LIMITED(HttpStatus.TOO_MANY_REQUESTS, "Too many requests"),
    QUEUE_FULL(HttpStatus.TOO_MANY_REQUESTS, "Too many jobs wait in the queue"),
    UPSTREAM_ACCOUNT(HttpStatus.SERVICE_UNAVAILABLE, "The vendor refuses the gateway's account"),
    UPSTREAM_FAILED(HttpStatus.BAD_GATEWAY, "The vendor failed"),
    UPSTREAM_UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE, "The vendor takes no requests now"),
    OVERLOADED(HttpStatus.SERVICE_UNAVAILABLE, "The gateway takes no requests now"),
    RECOVERING(HttpStatus.SERVICE_UNAVAILABLE, "The gateway is reconciling its ledger"),
    OUTCOME_UNKNOWN(HttpStatus.SERVICE_UNAVAILABLE, "The outcome is unknown"),
    INTERNAL_ERROR(HttpStatus.INTERNAL_SERVER_ERROR, "The gateway failed");

    private final HttpStatus status;
    private final String title;

    ProblemCode(HttpStatus status, String title) {
        this.status = status;
        this.title = title;
    }

    public HttpStatus status() {
        return status;
    }

    public String title() {
        return title;
    }

    @JsonValue
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
