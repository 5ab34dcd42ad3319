package io.klinggateway.generation;

import io.klinggateway.apiframe.Deadline;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.credits.Credits;
import io.klinggateway.generation.GenerationScope.Origin;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.HoldResolution;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.picturestore.Pictures;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Ends generations: the terminal state, the movement of credits and what the tenant is told are one transaction. Every
 * method may be repeated; what has ended stays as it ended.
 */
@Component
public class Settlement {

    private static final Logger log = LoggerFactory.getLogger(Settlement.class);
    private static final String ACTOR = "gateway";
    private static final String CANCELLED = "Cancelled while it waited in the queue; nothing was sent or charged";
    private static final String WAITED_TOO_LONG = "The vendor could not take it in time; nothing was sent or charged";
    private static final String UNFINISHED = "The job could not be finished; its credits are free again";

    private final GenerationRepository generations;
    private final Ledger ledger;
    private final TransactionOperations transactions;
    private final Pictures pictures;
    private final JobWebhooks notices;
    private final GenerationMeters meters;
    private final GenerationScope scope;

    Settlement(
            GenerationRepository generations,
            Ledger ledger,
            TransactionOperations transactions,
            Pictures pictures,
            JobWebhooks notices,
            GenerationMeters meters,
            GenerationScope scope) {
        this.generations = generations;
        this.ledger = ledger;
        this.transactions = transactions;
        this.pictures = pictures;
        this.notices = notices;
        this.meters = meters;
        this.scope = scope;
    }

    /**
     * Ends a generation without a job, unless an earlier attempt, or another replica's, may have one.
     *
     * @param outcome of the attempt, for operators
     * @param acknowledge whether its caller has, or may have, a 202: then its tenant sees it as failed
     * @return how it stands now, from the same transaction
     * @throws OutcomeUnknown if the database was lost on the way and stayed away until the deadline
     */
    public GenerationSnapshot refuse(
            GenerationId id, int attempt, Refusal refusal, String outcome, boolean acknowledge, Deadline deadline) {
        return CommitRetry.run(
                deadline,
                () -> inTransaction(() -> {
                    if (generations.refuse(id, attempt, refusal, outcome, acknowledge)) {
                        release(id, ACTOR, refusal.code().wire(), GenerationOutcome.REFUSED);
                    }
                    return generations.status(id);
                }));
    }

    /**
     * Ends a generation as its job ended: COMPLETED is paid for, FAILED and CANCELLED are not.
     *
     * @param job as the vendor showed it, without our callback's URL
     * @throws OutcomeUnknown if the database was lost on the way and stayed away until the deadline
     */
    public void settle(GenerationId id, VendorJob job, Deadline deadline) {
        Origin origin = CommitRetry.run(deadline, () -> scope.origin(id));
        scope.later("kling.gateway.settlement", id, origin, () -> {
            Optional<EndedGeneration> ended = CommitRetry.run(deadline, () -> inTransaction(() -> settled(id, job)));
            ended.ifPresent(end -> {
                meters.ended(origin, GenerationOutcome.of(job.status()), end.captured(), end.lasted());
                report(id, job, end);
            });
            return ended;
        });
    }

    private Optional<EndedGeneration> settled(GenerationId id, VendorJob job) {
        Optional<EndedGeneration> ended = generations.end(id, job);
        ended.ifPresent(end -> {
            keepPictures(id, job, end);
            if (end.webhook()) {
                notices.ended(id, scope.traceparent());
            }
            // Last, for this row is wanted by every admission.
            ledger.resolve(
                    job.status() == VendorJob.Status.COMPLETED
                            ? HoldResolution.capture(id, end.captured(), null)
                            : HoldResolution.release(id, "job " + job.status()),
                    ACTOR);
        });
        return ended;
    }

    /**
     * Ends a generation that waits in the queue, at its tenant's wish.
     *
     * @return false if there is none of the tenant that waits
     */
    public boolean cancel(TenantId tenant, GenerationId id, Deadline deadline) {
        return CommitRetry.run(
                deadline,
                () -> inTransaction(() -> {
                    boolean cancelled = generations.cancel(tenant, id, CANCELLED);
                    if (cancelled) {
                        release(id, ACTOR, "cancelled", GenerationOutcome.CANCELLED);
                    }
                    return cancelled;
                }));
    }

    /**
     * Ends what waits of a tenant, the longest waiting first.
     *
     * @return how many; fewer than {@code most} if no more wait
     */
    public int cancelWaiting(TenantId tenant, String actor, String reason, int most) {
        return inTransaction(() -> {
            List<GenerationId> cancelled = generations.cancelWaiting(tenant, CANCELLED, most);
            ledger.lockHolds(cancelled);
            cancelled.forEach(id -> release(id, actor, reason, GenerationOutcome.CANCELLED));
            return cancelled.size();
        });
    }

    /**
     * Ends one of those that have waited in the queue for too long, FAILED and free of charge.
     *
     * @return false if none has
     */
    public boolean failLongWaiting(Duration longest) {
        return inTransaction(() -> {
            Optional<GenerationId> failed = generations.failLongWaiting(longest, WAITED_TOO_LONG);
            failed.ifPresent(id -> release(id, ACTOR, "waited too long", GenerationOutcome.WAITED_TOO_LONG));
            return failed.isPresent();
        });
    }

    /**
     * Ends a generation in review as this job ended, in an operator's transaction, and captures what the vendor charged.
     *
     * @return false if it is not in review, or the job is not its own
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean captureReviewed(GenerationId id, VendorJob job, String actor, String reason) {
        Optional<EndedGeneration> ended = generations.completeReview(id, job);
        ended.ifPresent(end -> {
            ledger.resolve(HoldResolution.capture(id, end.captured(), reason), actor);
            keepPictures(id, job, end);
            notices.ended(id, scope.traceparent());
            countOnceCommitted(id, GenerationOutcome.COMPLETED, end.captured(), end.lasted());
            report(id, job, end);
        });
        return ended.isPresent();
    }

    /**
     * Ends a generation in review FAILED, in an operator's transaction; its credits are free.
     *
     * @return false if it is not in review
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean releaseReviewed(GenerationId id, String actor, String reason) {
        boolean failed = generations.failReview(id, UNFINISHED);
        if (failed) {
            release(id, actor, reason, GenerationOutcome.REVIEW_RELEASED);
        }
        return failed;
    }

    /** Before the tenant is told of the end, with the URLs that its images have then. */
    private void keepPictures(GenerationId id, VendorJob job, EndedGeneration end) {
        if (job.status() == VendorJob.Status.COMPLETED && !job.expired()) {
            pictures.keep(id, end.tenant(), job.images(), job.createdAt());
        }
    }

    private void release(GenerationId id, String actor, String reason, GenerationOutcome ending) {
        notices.ended(id, scope.traceparent());
        ledger.resolve(HoldResolution.release(id, reason), actor);
        countOnceCommitted(id, ending, Credits.ZERO, ending.isFailure() ? generations.lasted(id) : null);
        log.info(
                "settled generation={} outcome={} credits=0",
                id,
                ending.outcome().toUpperCase(Locale.ROOT));
    }

    private void countOnceCommitted(
            GenerationId id, GenerationOutcome ending, Credits captured, @Nullable Duration lasted) {
        Origin origin = scope.origin(id);
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                meters.ended(origin, ending, captured, lasted);
            }
        });
    }

    private void report(GenerationId id, VendorJob job, EndedGeneration ended) {
        log.info(
                "settled generation={} outcome={} credits={}",
                id,
                job.status(),
                ended.captured().amount());
        Credits charged = job.charged();
        if (job.status() == VendorJob.Status.COMPLETED && charged != null) {
            Credits loss = charged.beyond(ended.quoted());
            if (!loss.isZero()) {
                meters.loss(loss);
                log.error(
                        "loss: the vendor charged {} credits for generation {}, {} beyond its hold",
                        charged.amount(),
                        id,
                        loss.amount());
            }
        }
    }

    private <T> T inTransaction(Supplier<T> work) {
        return Objects.requireNonNull(transactions.execute(_ -> work.get()));
    }
}
