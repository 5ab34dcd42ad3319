package io.klinggateway.apiframe;

import io.klinggateway.credits.Credits;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job as the vendor shows it.
 *
 * @param progress percent, 0 to 100; null if the vendor does not say
 * @param images URLs on the vendor's CDN; empty until the job is completed
 * @param charged what the vendor's account paid; null if the vendor does not say
 * @param expired the images are purged
 * @param createdAt by the vendor's clock; null if it does not say
 * @param input what was asked for, as JSON; null if the vendor does not show it here
 */
public record VendorJob(
        VendorJobId id,
        Status status,
        @Nullable Integer progress,
        List<String> images,
        @Nullable String error,
        @Nullable Credits charged,
        boolean expired,
        @Nullable Instant createdAt,
        @Nullable String input) {

    /** Whether the vendor may still work on it. */
    public boolean isOpen() {
        return status == Status.QUEUED || status == Status.PROCESSING;
    }

    public VendorJob withError(String words) {
        return new VendorJob(id, status, progress, images, words, charged, expired, createdAt, input);
    }

    /** Prompts are the tenants' own. */
    @Override
    public String toString() {
        return "VendorJob[" + id + " " + status + "]";
    }

    public enum Status {
        QUEUED,
        PROCESSING,
        COMPLETED,
        FAILED,
        CANCELLED
    }
}
