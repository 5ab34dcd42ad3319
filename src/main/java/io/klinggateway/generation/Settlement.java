package io.klinggateway.generation;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.UpstreamJob;
import io.klinggateway.apiframe.UpstreamJobId;
import io.klinggateway.credits.Credits;
import io.klinggateway.generation.GenerationRepository.Ended;
import io.klinggateway.generation.GenerationRepository.Standing;
import io.klinggateway.generation.GenerationScope.Origin;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.Ledger;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Ends generations: the terminal state, the movement of credits and what the tenant is told are one transaction. Every method may be repeated;
 * what has ended stays as it ended.
 */
@Component
class Settlement {

    private static final Logger log = LoggerFactory.getLogger(Settlement.class);
    private static final String ACTOR = "gateway";

    private final GenerationRepository generations;
    private final Ledger ledger;
    private final TransactionOperations transactions;
    private final Apiframe apiframe;
    private final WebhookNotices notices;
    private final Callbacks callbacks;
    private final GenerationSettings settings;
    private final GenerationMeters meters;
    private final GenerationScope scope;

    Settlement(
            GenerationRepository generations,
            Ledger ledger,
            TransactionOperations transactions,
            Apiframe apiframe,
            WebhookNotices notices,
            Callbacks callbacks,
            GenerationSettings settings,
            GenerationMeters meters,
            GenerationScope scope) {
        this.generations = generations;
        this.ledger = ledger;
        this.transactions = transactions;
        this.apiframe = apiframe;
        this.notices = notices;
        this.callbacks = callbacks;
        this.settings = settings;
        this.meters = meters;
        this.scope = scope;
    }

    /**
     * Records the vendor's job; write-once.
     *
     * @return false if it came too late: an orphan
     */
    boolean accept(GenerationId id, UpstreamJobId job) {
        boolean recorded = generations.accept(id, job, apiframe.upstream(), settings.trackingInterval());
        if (!recorded) {
            meters.orphan();
            log.error(
                    "orphan: vendor job {} belongs to generation {}, which had ended; no tenant pays for it", job, id);
        }
        return recorded;
    }

    /**
     * Ends a generation without a job, unless an earlier attempt, or another replica's, may have one.
     *
     * @return how it stands now, from the same transaction
     */
    Standing refuse(GenerationId id, int attempt, Refusal refusal) {
        return scope.later("kling.gateway.settlement", id, origin -> {
            AtomicBoolean ended = new AtomicBoolean();
            Standing standing = transactions.execute(_ -> {
                ended.set(generations.refuse(id, attempt, refusal));
                if (ended.get()) {
                    release(id, refusal.code().wire());
                    notices.ended(id);
                }
                return generations.standing(id);
            });
            if (ended.get()) {
                meters.ended(origin, "refused", Credits.ZERO);
                log.info("settled generation={} outcome=REFUSED credits=0", id);
            }
            return standing;
        });
    }

    /**
     * Ends a generation as its job ended: COMPLETED is paid for, FAILED and CANCELLED are not.
     *
     * @return false if it had ended before
     */
    boolean settle(GenerationId id, UpstreamJob reported) {
        UpstreamJob job = callbacks.redact(id, reported);
        return scope.later("kling.gateway.settlement", id, origin -> settle(id, origin, job));
    }

    private boolean settle(GenerationId id, Origin origin, UpstreamJob job) {
        Optional<Ended> settled = transactions.execute(_ -> switch (job.status()) {
            case COMPLETED -> {
                Optional<Ended> ended = generations.end(id, job, job.charged());
                ended.ifPresent(end -> {
                    capture(id, end);
                    notices.ended(id);
                });
                yield ended;
            }
            case FAILED, CANCELLED -> {
                Optional<Ended> ended = generations.end(id, job, Credits.ZERO);
                ended.ifPresent(_ -> {
                    release(id, "job " + job.status());
                    notices.ended(id);
                });
                yield ended;
            }
            case QUEUED, PROCESSING -> throw new IllegalArgumentException("still open: " + job.status());
        });
        settled.ifPresent(end -> {
            meters.ended(origin, job.status().name().toLowerCase(Locale.ROOT), end.captured());
            report(id, job, end);
        });
        return settled.isPresent();
    }

    /** Pays for a generation that an operator has just ended COMPLETED, in the operator's transaction. */
    void resolvedByCapture(
            GenerationId id, UpstreamJob job, Credits quoted, Credits captured, String actor, String reason) {
        if (ledger.capture(id, captured, actor, reason).isEmpty()) {
            throw new IllegalStateException("the hold of open generation " + id + " was resolved already");
        }
        notices.ended(id);
        countOnceCommitted(id, "completed", captured);
        report(id, job, new Ended(quoted, captured));
    }

    /** Frees the credits of a generation that an operator has just ended FAILED, in the operator's transaction. */
    void resolvedByRelease(GenerationId id, String actor, String reason) {
        if (!ledger.release(id, actor, reason)) {
            throw new IllegalStateException("the hold of open generation " + id + " was resolved already");
        }
        countOnceCommitted(id, "failed", Credits.ZERO);
        notices.ended(id);
    }

    private void countOnceCommitted(GenerationId id, String outcome, Credits captured) {
        Origin origin = scope.origin(id);
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                meters.ended(origin, outcome, captured);
            }
        });
    }

    private void capture(GenerationId id, Ended end) {
        if (ledger.capture(id, end.captured(), ACTOR).isEmpty()) {
            throw new IllegalStateException("the hold of open generation " + id + " was resolved already");
        }
    }

    private void release(GenerationId id, String reason) {
        if (!ledger.release(id, ACTOR, reason)) {
            throw new IllegalStateException("the hold of open generation " + id + " was resolved already");
        }
    }

    private void report(GenerationId id, UpstreamJob job, Ended end) {
        log.info(
                "settled generation={} outcome={} credits={}",
                id,
                job.status(),
                end.captured().amount());
        Credits charged = job.charged();
        if (job.status() == UpstreamJob.Status.COMPLETED && charged != null) {
            Credits loss = charged.beyond(end.quoted());
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

    /** Hands a generation to the operators; its hold stays. */
    void review(GenerationId id, String reason) {
        if (generations.review(id, reason)) {
            meters.review();
            log.error("in review: generation {} keeps its hold until an operator resolves it: {}", id, reason);
        }
    }
}
