package io.klinggateway.tracking;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.JobListing;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.generation.VendorCallbackUrls;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.queue.VendorRateLimiter;
import io.klinggateway.queue.VendorRateLimiter.Purpose;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Reads the vendor's list for all open jobs: newest first, page after page until the oldest of them is covered. One replica
 * at a time does; if it dies, its lease ends and another one sweeps.
 */
@Component
class JobSweep {

    private static final Logger log = LoggerFactory.getLogger(JobSweep.class);

    /** Vendor's and database's clocks may differ. */
    private static final Duration CLOCK_MARGIN = Duration.ofSeconds(10);

    private static final Duration PATIENCE_FOR_CALL = Duration.ofSeconds(8);
    private static final Duration PATIENCE_WITHOUT_LIST = Duration.ofSeconds(30);
    private static final int MOST_PAGES = 200;

    /** Each takes a connection of the database's pool. */
    private static final int SIDE_BY_SIDE = 8;

    /** Below the tenth that the rate reserves, so that single reads find room in it. */
    private static final double SHARE_OF_RATE = 0.07;

    private final TrackingRepository tracking;
    private final Apiframe apiframe;
    private final VendorRateLimiter rate;
    private final JobProgress progress;
    private final VendorCallbackUrls callbacks;
    private final TrackingSettings settings;

    JobSweep(
            TrackingRepository tracking,
            Apiframe apiframe,
            VendorRateLimiter rate,
            JobProgress progress,
            VendorCallbackUrls callbacks,
            TrackingSettings settings) {
        this.tracking = tracking;
        this.apiframe = apiframe;
        this.rate = rate;
        this.progress = progress;
        this.callbacks = callbacks;
        this.settings = settings;
    }

    /** @return false: the next sweep has its own time */
    boolean pass() {
        if (tracking.claimSweep()) {
            Duration next = settings.interval();
            try {
                next = sweep();
            } finally {
                tracking.endSweep(next);
            }
        }
        return false;
    }

    /** @return until the next one */
    private Duration sweep() {
        List<OpenJob> open = tracking.open();
        if (open.isEmpty() || apiframe.room() == 0) {
            return settings.interval();
        }
        Map<VendorJobId, OpenJob> unseen = new HashMap<>();
        open.forEach(job -> unseen.put(job.job(), job));
        PagesRead reading = read(unseen);
        tracking.readSingly(unlisted(unseen, reading.complete()));
        boolean rarely = callbacks.enabled() && open.stream().noneMatch(OpenJob::isFollowed);
        return longer(rarely ? settings.safetyInterval() : settings.interval(), timeFor(reading.pages()));
    }

    /** @param complete whether every open job that the list shows was seen */
    private record PagesRead(int pages, boolean complete) {}

    private PagesRead read(Map<VendorJobId, OpenJob> unseen) {
        Instant oldest = unseen.values().stream()
                .filter(job -> !job.straggler())
                .map(OpenJob::createdAt)
                .min(Instant::compareTo)
                .orElse(Instant.MAX);
        String cursor = null;
        int fruitless = 0;
        for (int page = 1; page <= MOST_PAGES; page++) {
            if (!rate.take(Purpose.TRACK, PATIENCE_FOR_CALL)) {
                return new PagesRead(page, false);
            }
            tracking.extendSweep();
            switch (apiframe.list(cursor)) {
                case JobListing.Unavailable unavailable -> {
                    log.debug("the vendor's list is not read: {}", unavailable.reason());
                    return new PagesRead(page, false);
                }
                case JobListing.Page listed -> {
                    fruitless = record(listed.jobs(), unseen) ? 0 : fruitless + 1;
                    cursor = listed.nextCursor();
                    if (cursor == null || covers(listed.oldest(), oldest, fruitless, unseen)) {
                        return new PagesRead(page, true);
                    }
                }
            }
        }
        return new PagesRead(MOST_PAGES, true);
    }

    /** A few old jobs far down the list are cheaper to read singly than the pages above them. */
    private static boolean covers(
            @Nullable Instant reached, Instant oldest, int fruitless, Map<VendorJobId, OpenJob> unseen) {
        long wanted = unseen.values().stream().filter(job -> !job.straggler()).count();
        return fruitless >= wanted || (reached != null && reached.isBefore(oldest.minus(CLOCK_MARGIN)));
    }

    /** Side by side, so that one that is stuck delays the others little; too few to keep requests from the database. @return whether any was open */
    private boolean record(List<VendorJob> shown, Map<VendorJobId, OpenJob> unseen) {
        boolean found = false;
        try (ExecutorService threads =
                Executors.newFixedThreadPool(SIDE_BY_SIDE, Thread.ofVirtual().factory())) {
            for (VendorJob job : shown) {
                OpenJob known = unseen.remove(job.id());
                if (known != null) {
                    found = true;
                    threads.execute(() -> record(known, job));
                }
            }
        }
        return found;
    }

    private void record(OpenJob known, VendorJob job) {
        if (known.straggler() && job.isOpen()) {
            tracking.listed(known.id());
        }
        progress.record(known, job);
    }

    /** Without a list, what has been open for a while is read singly, as far as the rate allows. */
    private List<GenerationId> unlisted(Map<VendorJobId, OpenJob> unseen, boolean complete) {
        Duration grace = complete ? settings.unlistedAfter() : PATIENCE_WITHOUT_LIST;
        return unseen.values().stream()
                .filter(job -> !job.straggler() && job.age().compareTo(grace) > 0)
                .map(OpenJob::id)
                .toList();
    }

    private Duration timeFor(int pages) {
        return Duration.ofMillis(Math.round(pages * 60_000 / (apiframe.callsPerMinute() * SHARE_OF_RATE)));
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }
}
