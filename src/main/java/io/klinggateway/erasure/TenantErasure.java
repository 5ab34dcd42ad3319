package io.klinggateway.erasure;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The erasure of all that a team has asked for and got up to a moment.
 *
 * @param until what was asked for later stays
 * @param erasedJobs whose request, images or webhook are erased so far
 * @param erasedUploads whose addresses are forgotten so far
 * @param openJobs that were asked for before, and are erased once they have ended
 * @param finishedAt null while it is going on
 */
@Schema(name = "TenantErasure")
public record TenantErasure(
        UUID id,
        Instant until,
        @Schema(example = "alice") String askedBy,
        String reason,
        long erasedJobs,
        long erasedUploads,
        long openJobs,
        @Nullable Instant finishedAt) {

    public boolean finished() {
        return finishedAt != null;
    }
}
