package io.klinggateway.queue;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.klinggateway.ledger.GenerationId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.stereotype.Component;

/**
 * Tells a generation on which the vendor fails from a vendor that fails. The first fails again and again although others are
 * taken meanwhile; and nothing else failed but what is suspected likewise, for so long that whatever waits was sent. After an
 * outage neither is so, and everything goes on at once. Each replica knows of what it sends itself.
 */
@Component
final class PoisonedGenerations {

    private static final int FAILURES_WHILE_OTHERS_ARE_ACCEPTED = 5;
    private static final int PAUSES_WITHOUT_OTHER_FAILURES = 3;
    private static final Duration REMEMBERED_FOR = Duration.ofHours(1);
    private static final int MOST_REMEMBERED = 10_000;

    /**
     * @param accepted how many generations the vendor had taken when it failed last
     * @param failures so many, each after others were taken since the one before
     */
    private record Failing(long accepted, int failures) {}

    private final Clock clock;
    private final Duration nothingElseFailedFor;
    private final Cache<GenerationId, Failing> failing = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(REMEMBERED_FOR)
            .build();
    private long accepted;
    private Instant othersFailedAt;

    PoisonedGenerations(Clock clock, QueueSettings settings) {
        this.clock = clock;
        this.nothingElseFailedFor = settings.longestPause().multipliedBy(PAUSES_WITHOUT_OTHER_FAILURES);
        this.othersFailedAt = clock.instant();
    }

    /** The vendor has taken it. */
    synchronized void accepted(GenerationId id) {
        accepted++;
        failing.invalidate(id);
    }

    /**
     * The vendor gave no certain answer to it.
     *
     * @return whether it is to blame
     */
    synchronized boolean failed(GenerationId id) {
        Failing before = failing.getIfPresent(id);
        int failures = before == null ? 0 : before.failures() + (accepted > before.accepted() ? 1 : 0);
        failing.put(id, new Failing(accepted, failures));
        if (failures < FAILURES_WHILE_OTHERS_ARE_ACCEPTED) {
            othersFailedAt = clock.instant();
            return false;
        }
        return clock.instant().isAfter(othersFailedAt.plus(nothingElseFailedFor));
    }
}
