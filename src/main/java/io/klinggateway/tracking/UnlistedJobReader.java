package io.klinggateway.tracking;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.JobReading.Found;
import io.klinggateway.apiframe.JobReading.Missing;
import io.klinggateway.apiframe.JobReading.Unavailable;
import io.klinggateway.queue.VendorRateLimiter;
import io.klinggateway.queue.VendorRateLimiter.Purpose;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Reads singly the open jobs that the vendor's list does not show; the longer they are open, the more rarely. */
@Component
class UnlistedJobReader {

    private static final Logger log = LoggerFactory.getLogger(UnlistedJobReader.class);
    private static final int MOST_AT_ONCE = 10;
    private static final Duration PATIENCE_FOR_CALL = Duration.ofSeconds(5);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(5);

    /** Every open job is read at least twice a minute. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(25);

    private final TrackingRepository tracking;
    private final Apiframe apiframe;
    private final VendorRateLimiter rate;
    private final JobProgress progress;

    UnlistedJobReader(TrackingRepository tracking, Apiframe apiframe, VendorRateLimiter rate, JobProgress progress) {
        this.tracking = tracking;
        this.apiframe = apiframe;
        this.rate = rate;
        this.progress = progress;
    }

    /** @return whether more may be due */
    boolean pass() {
        if (apiframe.room() == 0) {
            return false;
        }
        List<OpenJob> due = tracking.claimStragglers(MOST_AT_ONCE);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            due.forEach(job -> threads.execute(() -> readSafely(job)));
        }
        return due.size() == MOST_AT_ONCE;
    }

    private void readSafely(OpenJob job) {
        try {
            read(job);
        } catch (RuntimeException failure) {
            log.warn("generation {} is looked at again later: {}", job.id(), failure.getMessage(), failure);
        }
    }

    private void read(OpenJob job) {
        boolean known = false;
        if (takeCall()) {
            switch (apiframe.read(job.job(), this::takeCall)) {
                case Found found -> {
                    known = true;
                    progress.record(job, found.job());
                }
                case Missing _ -> progress.recordMissing(job);
                case Unavailable unavailable -> log.debug("generation {} not read: {}", job.id(), unavailable.reason());
            }
        }
        tracking.readAgain(job.id(), pause(job.age()), known);
    }

    private boolean takeCall() {
        return rate.take(Purpose.TRACK, PATIENCE_FOR_CALL);
    }

    private static Duration pause(Duration age) {
        Duration pause = age.dividedBy(4);
        return pause.compareTo(LONGEST_PAUSE) > 0
                ? LONGEST_PAUSE
                : pause.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : pause;
    }
}
