package io.klinggateway.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/**
 * The body of every error answer. RFC 9457 readers find their members, and clients of the vendor find {@code error},
 * {@code details}, {@code creditsRequired} and {@code creditsAvailable} where the vendor puts them. It is sent as
 * {@code application/json}, because vendor clients parse nothing else.
 *
 * @param error the sentence that a vendor client shows; equal to {@code detail}
 * @param details messages by JSON path, on a 400
 * @param limitedBy whose budget refuses, on a 402: {@code key}, {@code tenant} or {@code window}
 * @param window the budget's window that refuses, on a 402
 * @param resetsAt when that window starts anew, on a 402; absent if it never does
 */
@Schema(description = "The body of every error answer.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
        @Schema(example = "urn:kling-gateway:problem:insufficient_credits")
        String type,

        String title,
        @Schema(example = "402") int status,
        String detail,

        @Schema(type = "string", example = "insufficient_credits")
        ProblemCode code,

        @Schema(example = "Insufficient credits") String error,
        String requestId,
        @Nullable Map<String, List<String>> details,
        @Nullable Long creditsRequired,
        @Nullable Long creditsAvailable,
        @Nullable String limitedBy,
        @Nullable String window,
        @Nullable Instant resetsAt) {

    /** The JSON path of the whole body. */
    public static final String BODY = "$";

    /** A problem of the request that this thread serves. */
    public static Problem of(ProblemCode code, String error) {
        return new Problem(
                "urn:kling-gateway:problem:" + code.wire(),
                code.title(),
                code.status().value(),
                error,
                code,
                error,
                RequestId.current(),
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /**
     * Says the first fault, and how many more there are.
     *
     * @param details messages by JSON path, in the order in which they are shown
     */
    public static Problem invalid(Map<String, List<String>> details) {
        return of(ProblemCode.VALIDATION_FAILED, firstOf(details)).withDetails(details);
    }

    /** One parameter or header that is not valid. */
    public static Problem invalid(String name, String message) {
        return invalid(Map.of(name, List.of(message)));
    }

    private static String firstOf(Map<String, List<String>> details) {
        Map.Entry<String, List<String>> first = details.entrySet().iterator().next();
        String subject = first.getKey().equals(BODY) ? "The body" : first.getKey();
        int others = details.values().stream().mapToInt(List::size).sum() - 1;
        return subject + " " + first.getValue().getFirst()
                + switch (others) {
                    case 0 -> "";
                    case 1 -> "; 1 more problem";
                    default -> "; " + others + " more problems";
                };
    }

    /** Whether {@code detail} says what stands in {@code details}, too; otherwise it is in words of the vendor's. */
    public boolean summarizesDetails() {
        return details != null && !details.isEmpty() && firstOf(details).equals(detail);
    }

    public Problem withDetails(Map<String, List<String>> messagesByPath) {
        return new Problem(
                type,
                title,
                status,
                detail,
                code,
                error,
                requestId,
                messagesByPath,
                creditsRequired,
                creditsAvailable,
                limitedBy,
                window,
                resetsAt);
    }

    /** @param refuses the name of the window that refuses, {@code limiter} whose it is */
    public Problem withCredits(
            long required, long available, String limiter, String refuses, @Nullable Instant resets) {
        return new Problem(
                type, title, status, detail, code, error, requestId, details, required, available, limiter, refuses,
                resets);
    }

    public ResponseEntity<Problem> toResponse() {
        return toResponse(HttpHeaders.EMPTY);
    }

    /** @param retryAfter sent as whole seconds, rounded up, at least 1; absent if null */
    public ResponseEntity<Problem> toResponse(@Nullable Duration retryAfter) {
        HttpHeaders headers = new HttpHeaders();
        if (retryAfter != null) {
            headers.set(HttpHeaders.RETRY_AFTER, retryAfterHeader(retryAfter));
        }
        return toResponse(headers);
    }

    /** Whole seconds, rounded up, at least 1. */
    static String retryAfterHeader(Duration retryAfter) {
        return Long.toString(Math.max(1, wholeSeconds(retryAfter)));
    }

    ResponseEntity<Problem> toResponse(HttpHeaders headers) {
        return ResponseEntity.status(Objects.requireNonNull(code).status())
                .headers(headers)
                .contentType(MediaType.APPLICATION_JSON)
                .body(this);
    }

    private static long wholeSeconds(Duration duration) {
        return duration.plusMillis(999).toSeconds();
    }
}
