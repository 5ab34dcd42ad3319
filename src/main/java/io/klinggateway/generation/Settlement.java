package io.klinggateway.generation;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.Deadline;
import io.klinggateway.apiframe.UpstreamJob;
import io.klinggateway.apiframe.UpstreamJobId;
import io.klinggateway.credits.Credits;
import io.klinggateway.generation.GenerationRepository.Acceptance;
import io.klinggateway.generation.GenerationRepository.Ended;
import io.klinggateway.generation.GenerationRepository.Ending;
import io.klinggateway.generation.GenerationRepository.Standing;
import io.klinggateway.generation.GenerationScope.Origin;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.Resolution;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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
    private static final int LANES = 2;
    private static final int MOST_IN_BATCH = 64;

    private final GenerationRepository generations;
    private final Ledger ledger;
    private final TransactionOperations transactions;
    private final Apiframe apiframe;
    private final WebhookNotices notices;
    private final Callbacks callbacks;
    private final GenerationSettings settings;
    private final GenerationMeters meters;
    private final GenerationScope scope;
    private final Batches<Acceptance, Boolean> acceptances =
            new Batches<>(LANES, MOST_IN_BATCH, this::recordAcceptances);
    private final Batches<Ending, Optional<Ended>> endings = new Batches<>(LANES, MOST_IN_BATCH, this::end);

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
        meters.watch("acceptance", acceptances);
        meters.watch("settlement", endings);
    }

    /**
     * Records the vendor's job; write-once.
     *
     * @return false if it came too late: an orphan
     * @throws OutcomeUnknown if the database was lost on the way and stayed away until the deadline
     */
    boolean accept(GenerationId id, UpstreamJobId job, Deadline deadline) {
        Acceptance acceptance = new Acceptance(id, job);
        if (CertainDatabase.run(deadline, acceptances, id, acceptance)
                || !CertainDatabase.run(deadline, () -> generations.noteOrphan(acceptance, apiframe.upstream()))) {
            return true;
        }
        meters.orphan();
        log.error("orphan: vendor job {} belongs to generation {}, which had ended; no tenant pays for it", job, id);
        return false;
    }

    private List<Boolean> recordAcceptances(List<Acceptance> all) {
        Set<Acceptance> recorded = generations.accept(all, settings.trackingInterval());
        return all.stream().map(recorded::contains).toList();
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
                    ledger.resolve(List.of(Resolution.release(id, refusal.code().wire())), ACTOR);
                    notices.ended(id, scope.traceparent());
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
     * @throws OutcomeUnknown if the database was lost on the way and stayed away until the deadline
     */
    boolean settle(GenerationId id, UpstreamJob reported, Deadline deadline) {
        UpstreamJob job = callbacks.redact(id, reported);
        return scope.later("kling.gateway.settlement", id, deadline, origin -> {
            Ending ending = new Ending(id, job, scope.traceparent());
            Optional<Ended> settled = CertainDatabase.run(deadline, endings, id, ending);
            settled.ifPresent(end -> {
                meters.ended(origin, job.status().name().toLowerCase(Locale.ROOT), end.captured());
                report(id, job, end.quoted(), end.captured());
            });
            return settled.isPresent();
        });
    }

    /** One transaction for all of them; each is answered in its place, empty if it had ended before. */
    List<Optional<Ended>> end(List<Ending> all) {
        return Objects.requireNonNull(transactions.execute(_ -> {
            if (all.size() > 1) {
                generations.waitBriefly();
            }
            Map<GenerationId, Ended> ended = new HashMap<>(generations.end(all));
            for (Ending ending : all) {
                Ended end = ended.get(ending.id());
                if (end != null && end.webhook()) {
                    notices.ended(ending.id(), ending.traceparent());
                }
            }
            // Last, for these rows are wanted by every admission.
            ledger.resolve(ended.values().stream().map(Settlement::resolution).toList(), ACTOR);
            // Who asks twice is answered once.
            return all.stream()
                    .map(ending -> Optional.ofNullable(ended.remove(ending.id())))
                    .toList();
        }));
    }

    private static Resolution resolution(Ended ended) {
        return ended.status() == UpstreamJob.Status.COMPLETED
                ? Resolution.capture(ended.id(), ended.captured(), null)
                : Resolution.release(ended.id(), "job " + ended.status());
    }

    /** Pays for a generation that an operator has just ended COMPLETED, in the operator's transaction. */
    void resolvedByCapture(
            GenerationId id, UpstreamJob job, Credits quoted, Credits captured, String actor, String reason) {
        ledger.resolve(List.of(Resolution.capture(id, captured, reason)), actor);
        notices.ended(id, scope.traceparent());
        countOnceCommitted(id, "completed", captured);
        report(id, job, quoted, captured);
    }

    /** Frees the credits of a generation that an operator has just ended FAILED, in the operator's transaction. */
    void resolvedByRelease(GenerationId id, String actor, String reason) {
        ledger.resolve(List.of(Resolution.release(id, reason)), actor);
        countOnceCommitted(id, "failed", Credits.ZERO);
        notices.ended(id, scope.traceparent());
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

    private void report(GenerationId id, UpstreamJob job, Credits quoted, Credits captured) {
        log.info("settled generation={} outcome={} credits={}", id, job.status(), captured.amount());
        Credits charged = job.charged();
        if (job.status() == UpstreamJob.Status.COMPLETED && charged != null) {
            Credits loss = charged.beyond(quoted);
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
