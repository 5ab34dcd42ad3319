package io.klinggateway.apiframe;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What came of reading a page of the account's jobs. */
public sealed interface JobListing {

    /**
     * Jobs that are not as documented are left out.
     *
     * @param oldest when the page's last job was created; null if there is none, or the vendor does not say
     * @param nextCursor of the page with older jobs; null if this is the last
     */
    record Page(
            List<VendorJob> jobs,
            @Nullable Instant oldest,
            @Nullable String nextCursor) implements JobListing {}

    /** No certain answer: read it again later. */
    record Unavailable(String reason) implements JobListing {}
}
