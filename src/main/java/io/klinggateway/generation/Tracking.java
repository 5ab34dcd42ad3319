package io.klinggateway.generation;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.Deadline;
import io.klinggateway.apiframe.JobReading;
import io.klinggateway.apiframe.JobReading.Found;
import io.klinggateway.apiframe.JobReading.Missing;
import io.klinggateway.apiframe.JobReading.Unavailable;
import io.klinggateway.apiframe.UpstreamJob;
import io.klinggateway.apiframe.UpstreamJobId;
import io.klinggateway.generation.GenerationRepository.Tracked;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Looks at the jobs of open generations until they end, and now and then at completed ones until they expire. */
@Component
class Tracking {

    private static final Logger log = LoggerFactory.getLogger(Tracking.class);
    private static final int MOST_AT_ONCE = 100;
    private static final int MOST_KEPT_AT_ONCE = 20;

    /** Together with the wait for the next pass it must stay below the 10 s in which a job's end is to be seen. */
    private static final int SLOWED_BY = 3;

    private static final Duration PATIENCE_TO_SETTLE = Duration.ofSeconds(5);

    private final Apiframe apiframe;
    private final GenerationRepository generations;
    private final Settlement settlement;
    private final WebhookNotices notices;
    private final Callbacks callbacks;
    private final GenerationSettings settings;

    Tracking(
            Apiframe apiframe,
            GenerationRepository generations,
            Settlement settlement,
            WebhookNotices notices,
            Callbacks callbacks,
            GenerationSettings settings) {
        this.apiframe = apiframe;
        this.generations = generations;
        this.settlement = settlement;
        this.notices = notices;
        this.callbacks = callbacks;
        this.settings = settings;
    }

    /** @return whether more may be due */
    boolean pass() {
        List<Tracked> due = generations.claimTracked(apiframe.upstream(), settings.lease(), MOST_AT_ONCE);
        Map<UpstreamJobId, JobReading> readings = read(due);
        // Side by side: those that have ended share transactions, and one that is stuck delays none.
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            due.forEach(generation -> threads.execute(
                    () -> applySafely(generation, Objects.requireNonNull(readings.get(generation.job())))));
        }
        return due.size() == MOST_AT_ONCE;
    }

    private void applySafely(Tracked generation, JobReading reading) {
        try {
            apply(generation, reading);
        } catch (RuntimeException failure) {
            log.warn("generation {} is looked at again later: {}", generation.id(), failure.getMessage(), failure);
        }
    }

    private void apply(Tracked generation, JobReading reading) {
        Duration nextLook = nextLook(generation);
        switch (reading) {
            case Found(UpstreamJob job)
            when job.isOpen() -> {
                if (generation.overdue()) {
                    settlement.review(generation.id(), "vendor job " + job.id() + " is open for more than 24 hours");
                } else {
                    generations.progress(generation.id(), job.status(), job.progress(), nextLook);
                    notices.progressed(generation, job);
                }
            }
            case Found(UpstreamJob job) -> settlement.settle(generation.id(), job, Deadline.in(PATIENCE_TO_SETTLE));
            case Missing _ -> {
                if (generations.missing(generation.id(), nextLook)) {
                    settlement.review(
                            generation.id(), "the vendor has not known job " + generation.job() + " for 10 minutes");
                }
            }
            case Unavailable unavailable -> {
                log.debug("generation {} not read: {}", generation.id(), unavailable.reason());
                generations.postpone(generation.id(), nextLook);
            }
        }
    }

    /** @return false: however many are due, submissions and open jobs need the vendor's rate more */
    boolean passKept() {
        List<Tracked> due = generations.claimKept(apiframe.upstream(), MOST_KEPT_AT_ONCE);
        Map<UpstreamJobId, JobReading> readings = read(due);
        for (Tracked generation : due) {
            JobReading reading = readings.get(generation.job());
            if (reading instanceof Missing || (reading instanceof Found(UpstreamJob job) && job.expired())) {
                generations.expire(generation.id());
            }
        }
        return false;
    }

    private Map<UpstreamJobId, JobReading> read(List<Tracked> due) {
        return due.isEmpty()
                ? Map.of()
                : apiframe.read(due.stream().map(Tracked::job).toList());
    }

    /** Less often what takes longer than images do, and what the vendor will tell of by itself while nobody follows it. */
    private Duration nextLook(Tracked generation) {
        boolean rarely = generation.slow() || (callbacks.enabled() && !generation.followed());
        return rarely ? settings.trackingInterval().multipliedBy(SLOWED_BY) : settings.trackingInterval();
    }
}
