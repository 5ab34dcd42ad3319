package io.klinggateway.generation;

import io.klinggateway.apiframe.Deadline;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.ledger.GenerationId;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Moves generations on, between admission and end. Every method may be repeated; what comes too late changes nothing. How
 * they end is {@link Settlement}'s.
 */
@Component
public class Generations {

    private static final Logger log = LoggerFactory.getLogger(Generations.class);
    private static final int LONGEST_OUTCOME = 200;

    private final GenerationRepository generations;
    private final GenerationMeters meters;

    Generations(GenerationRepository generations, GenerationMeters meters) {
        this.generations = generations;
        this.meters = meters;
    }

    /**
     * Puts on record that its caller gets a 202, so that nothing withdraws it.
     *
     * @return how it stands now; withdrawn if an error answer came first
     */
    public GenerationSnapshot acknowledge(GenerationId id) {
        generations.acknowledge(id);
        return generations.status(id);
    }

    /**
     * Records the vendor's job; write-once. What ended meanwhile stays ended, and the job is recorded as an orphan; one that
     * was an orphan is none any more.
     *
     * @return false if the job is another generation's, which was booked from it after a restore; nothing changes then
     * @throws OutcomeUnknown if the database was lost on the way and stayed away until the deadline
     */
    public boolean accepted(GenerationId id, VendorJobId job, Deadline deadline) {
        Optional<Double> seconds = CommitRetry.run(deadline, () -> generations.accept(id, job));
        if (seconds.isPresent()) {
            meters.accepted(seconds.get());
        } else if (CommitRetry.run(deadline, () -> generations.belongsToAnother(id, job))) {
            log.warn("vendor job {} of generation {} is booked as another one already", job, id);
            return false;
        } else if (CommitRetry.run(deadline, () -> generations.noteOrphan(id, job))) {
            log.error(
                    "orphan: vendor job {} belongs to generation {}, which had ended; no tenant pays for it", job, id);
        }
        return true;
    }

    /**
     * An attempt has certainly not reached the vendor: it goes on waiting, at the head of its key's line.
     *
     * @param outcome what came of the attempt, for operators
     */
    public void returnToQueue(GenerationId id, int attempt, Duration pause, String outcome) {
        generations.returnToQueue(id, attempt, pause, shortened(outcome));
    }

    /**
     * An attempt may have reached the vendor: it is repeated after the pause until the vendor answers.
     *
     * @param outcome what came of the attempt, for operators
     */
    public void unresolved(GenerationId id, int attempt, Duration pause, String outcome) {
        generations.unresolved(id, attempt, pause, shortened(outcome));
    }

    private static String shortened(String outcome) {
        return outcome.length() <= LONGEST_OUTCOME ? outcome : outcome.substring(0, LONGEST_OUTCOME);
    }

    /** @param percent null if the vendor does not say */
    public void progressed(GenerationId id, VendorJob.Status status, @Nullable Integer percent) {
        generations.progress(id, status, percent);
    }

    /** The vendor does not know the job. @return whether that has been so for too long to be a mere hiccup */
    public boolean missing(GenerationId id) {
        return generations.missing(id);
    }

    /** Hands a generation to the operators; its hold stays. */
    public void review(GenerationId id, String reason) {
        if (generations.review(id, reason)) {
            meters.review();
            log.error("in review: generation {} keeps its hold until an operator resolves it: {}", id, reason);
        }
    }
}
