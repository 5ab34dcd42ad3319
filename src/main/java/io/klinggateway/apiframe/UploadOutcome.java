package io.klinggateway.apiframe;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What came of sending a file to the vendor. It costs nothing, so nothing has to be known of what did not succeed. */
public sealed interface UploadOutcome {

    /**
     * The vendor keeps the file for a while.
     *
     * @param url where it lies on the vendor's CDN
     * @param kind apiframe: {@code image}, {@code video} or {@code audio}
     */
    record Stored(UUID id, String url, String kind, String contentType, long byteSize, Instant expiresAt)
            implements UploadOutcome {}

    /** The vendor takes no such file: 400, 413, 415 or 422. */
    record Unacceptable(int status, String error) implements UploadOutcome {}

    /** The vendor refuses our account. */
    record Denied(int status, String error) implements UploadOutcome {}

    /** The vendor's rate limit. */
    record Throttled(@Nullable Duration retryAfter) implements UploadOutcome {}

    /** Nothing was sent. */
    record NotSent(String reason) implements UploadOutcome {}

    /** The vendor, or the way to it, failed. */
    record Failed(String reason) implements UploadOutcome {}
}
