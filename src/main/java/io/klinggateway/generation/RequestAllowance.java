package io.klinggateway.generation;

import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;

/**
 * Where a tenant stands with its requests per minute, this one counted.
 *
 * @param limit in each minute; a minute begins with its first request
 * @param left in this one
 * @param untilReset when the next minute may begin, in whole seconds
 */
public record RequestAllowance(int limit, int left, Duration untilReset) {

    public static final String HEADER = "RateLimit";
    public static final String POLICY_HEADER = "RateLimit-Policy";

    private static final String POLICY = "\"requests\"";

    /** As draft-ietf-httpapi-ratelimit-headers has it. */
    public void writeTo(HttpServletResponse response) {
        response.setHeader(POLICY_HEADER, POLICY + ";q=" + limit + ";w=60");
        response.setHeader(HEADER, POLICY + ";r=" + left + ";t=" + untilReset.toSeconds());
    }
}
