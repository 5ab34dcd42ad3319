package io.klinggateway.orphan;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.JobListing;
import io.klinggateway.apiframe.UpstreamJob;
import io.klinggateway.queue.AccountRate;
import io.klinggateway.queue.AccountRate.Purpose;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Reads the vendor's list down to a moment in the past. */
@Component
public class VendorJobs {

    private static final Logger log = LoggerFactory.getLogger(VendorJobs.class);
    private static final Duration PATIENCE_FOR_CALL = Duration.ofSeconds(30);

    /** Vendor's and database's clocks may differ. */
    private static final Duration CLOCK_MARGIN = Duration.ofMinutes(1);

    /** A million jobs. */
    private static final int MOST_PAGES = 10_000;

    private final Apiframe apiframe;
    private final AccountRate rate;

    VendorJobs(Apiframe apiframe, AccountRate rate) {
        this.apiframe = apiframe;
        this.rate = rate;
    }

    /**
     * Newest first. What is made meanwhile may be missed.
     *
     * @param page gets the jobs of each page that are not older, and those of which the vendor does not say
     * @return whether all of it was read
     */
    public boolean readSince(Instant since, Purpose purpose, Consumer<List<UpstreamJob>> page) {
        Instant oldest = since.minus(CLOCK_MARGIN);
        String cursor = null;
        for (int read = 0; read < MOST_PAGES; read++) {
            JobListing.Page listed = list(cursor, purpose);
            if (listed == null) {
                return false;
            }
            page.accept(listed.jobs().stream()
                    .filter(job -> job.createdAt() == null || !job.createdAt().isBefore(oldest))
                    .toList());
            cursor = listed.nextCursor();
            Instant reached = listed.oldest();
            if (cursor == null || (reached != null && reached.isBefore(oldest))) {
                return true;
            }
        }
        return false;
    }

    private JobListing.@Nullable Page list(@Nullable String cursor, Purpose purpose) {
        if (!rate.take(purpose, PATIENCE_FOR_CALL)) {
            return null;
        }
        return switch (apiframe.list(cursor)) {
            case JobListing.Page listed -> listed;
            case JobListing.Unavailable unavailable -> {
                log.warn("the vendor's list is not read: {}", unavailable.reason());
                yield null;
            }
        };
    }
}
