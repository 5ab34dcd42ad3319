package io.klinggateway.tracking;

import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.ledger.GenerationId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A generation whose job the vendor has, as it was last seen.
 *
 * @param progress percent, as known so far
 * @param createdAt of the generation: the job cannot be older
 * @param age since the vendor accepted it
 * @param overdue open for too long to wait on
 * @param straggler the vendor's list did not show it; it is read singly
 * @param tellsProgress the tenant wants to be told of it
 * @param watched a caller waits for a change
 */
record OpenJob(
        GenerationId id,
        VendorJobId job,
        VendorJob.Status status,
        @Nullable Integer progress,
        Instant createdAt,
        Duration age,
        boolean overdue,
        boolean straggler,
        boolean tellsProgress,
        boolean watched) {

    boolean isFollowed() {
        return tellsProgress || watched;
    }
}
