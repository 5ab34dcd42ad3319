package io.klinggateway.job;

import io.klinggateway.generation.VendorCallbackUrls;
import io.klinggateway.job.JobRepository.OwnedJob;
import io.klinggateway.ledger.GenerationId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Has the jobs that callers watch looked at often. Where the vendor tells us of ends, others are looked at rarely. */
@Component
class WatchedJobs {

    static final Duration INTERVAL = Duration.ofMillis(500);

    private static final Duration WATCHED_FOR = Duration.ofSeconds(60);
    private static final Duration WATCH_AGAIN_AFTER = Duration.ofSeconds(20);

    private final JobRepository stored;
    private final VendorCallbackUrls callbacks;
    private final Map<GenerationId, Long> watchedAtNanos = new HashMap<>();

    WatchedJobs(JobRepository stored, VendorCallbackUrls callbacks) {
        this.stored = stored;
        this.callbacks = callbacks;
    }

    /** Every half second with all of them; by one thread. */
    void watch(Set<OwnedJob> watched) {
        if (watched.isEmpty()) {
            watchedAtNanos.clear();
        }
        if (watched.isEmpty() || !callbacks.enabled()) {
            return;
        }
        long now = System.nanoTime();
        watchedAtNanos.values().removeIf(at -> now - at > WATCH_AGAIN_AFTER.toNanos());
        Set<OwnedJob> fresh = watched.stream()
                .filter(job -> !watchedAtNanos.containsKey(job.id()))
                .collect(Collectors.toSet());
        if (!fresh.isEmpty()) {
            stored.watch(fresh, WATCHED_FOR, INTERVAL);
            fresh.forEach(job -> watchedAtNanos.put(job.id(), now));
        }
    }
}
