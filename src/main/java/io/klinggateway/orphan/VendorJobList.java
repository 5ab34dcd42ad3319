package io.klinggateway.orphan;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.JobListing;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.queue.VendorRateLimiter;
import io.klinggateway.queue.VendorRateLimiter.Purpose;
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
public class VendorJobList {

    private static final Logger log = LoggerFactory.getLogger(VendorJobList.class);
    private static final Duration PATIENCE_FOR_CALL = Duration.ofSeconds(30);

    /** Vendor's and database's clocks may differ. */
    private static final Duration CLOCK_MARGIN = Duration.ofMinutes(1);

    /** A million jobs. */
    private static final int MOST_PAGES = 10_000;

    private final Apiframe apiframe;
    private final VendorRateLimiter rate;

    VendorJobList(Apiframe apiframe, VendorRateLimiter rate) {
        this.apiframe = apiframe;
        this.rate = rate;
    }

    /**
     * Newest first. What is made meanwhile may be missed.
     *
     * @param page gets the jobs of each page that are not older, and those of which the vendor does not say
     * @return whether all of it was read
     */
    public boolean readSince(Instant since, Purpose purpose, Consumer<List<VendorJob>> page) {
        String cursor = null;
        for (int read = 0; read < MOST_PAGES; read++) {
            if (!(readPart(cursor, since, purpose, PATIENCE_FOR_CALL, page) instanceof PartRead part)) {
                return false;
            }
            cursor = part.next();
            if (cursor == null) {
                return true;
            }
        }
        return false;
    }

    /** What came of asking for one page. */
    sealed interface ListPart {}

    /** @param next cursor of the next page; null if all was read */
    record PartRead(@Nullable String next) implements ListPart {}

    /** Others want the rate. */
    record PartNotAsked() implements ListPart {}

    record PartNotShown() implements ListPart {}

    /** Reads one page, as {@link #readSince} does. */
    ListPart readPart(
            @Nullable String cursor,
            Instant since,
            Purpose purpose,
            Duration patience,
            Consumer<List<VendorJob>> page) {
        if (!rate.take(purpose, patience)) {
            return new PartNotAsked();
        }
        return switch (apiframe.list(cursor)) {
            case JobListing.Page listed -> {
                Instant oldest = since.minus(CLOCK_MARGIN);
                page.accept(listed.jobs().stream()
                        .filter(job ->
                                job.createdAt() == null || !job.createdAt().isBefore(oldest))
                        .toList());
                Instant reached = listed.oldest();
                yield new PartRead(reached != null && reached.isBefore(oldest) ? null : listed.nextCursor());
            }
            case JobListing.Unavailable unavailable -> {
                log.warn("the vendor's list is not read: {}", unavailable.reason());
                yield new PartNotShown();
            }
        };
    }
}
