package io.klinggateway.generation;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.Deadline;
import io.klinggateway.apiframe.SubmitOutcome.Accepted;
import io.klinggateway.apiframe.SubmitOutcome.Denied;
import io.klinggateway.apiframe.SubmitOutcome.Invalid;
import io.klinggateway.apiframe.SubmitOutcome.NotSent;
import io.klinggateway.apiframe.SubmitOutcome.Throttled;
import io.klinggateway.apiframe.SubmitOutcome.Unknown;
import io.klinggateway.generation.GenerationRepository.Unsubmitted;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Finishes submissions that their caller's request left open: unresolved within the deadline, or orphaned by a replica
 * that died. Sends the same bytes under the same key until the vendor gives a certain answer.
 */
@Component
class Resubmission {

    private static final Logger log = LoggerFactory.getLogger(Resubmission.class);
    private static final int MOST_AT_ONCE = 50;
    private static final int MOST_DOUBLINGS = 10;

    private final Apiframe apiframe;
    private final GenerationRepository generations;
    private final Settlement settlement;
    private final Callbacks callbacks;
    private final GenerationSettings settings;
    private final AtomicInteger underWay = new AtomicInteger();
    private final GenerationScope scope;

    Resubmission(
            Apiframe apiframe,
            GenerationRepository generations,
            Settlement settlement,
            Callbacks callbacks,
            GenerationSettings settings,
            GenerationScope scope) {
        this.apiframe = apiframe;
        this.generations = generations;
        this.settlement = settlement;
        this.callbacks = callbacks;
        this.settings = settings;
        this.scope = scope;
    }

    /**
     * Starts what is due and does not wait for it: one call that hangs must not delay the others.
     *
     * @return false: what found no room is due again at the next pass
     */
    boolean pass() {
        Deadline deadline = Deadline.in(settings.submissionDeadline());
        int room = MOST_AT_ONCE - underWay.get();
        if (room <= 0) {
            return false;
        }
        List<Unsubmitted> due = generations.claimUnsubmitted(apiframe.upstream(), settings.lease(), room);
        for (Unsubmitted generation : due) {
            underWay.incrementAndGet();
            Thread.ofVirtual().name("resubmission " + generation.id()).start(() -> {
                try {
                    resubmitSafely(generation, deadline);
                } finally {
                    underWay.decrementAndGet();
                }
            });
        }
        return false;
    }

    private void resubmitSafely(Unsubmitted generation, Deadline deadline) {
        try {
            scope.later("kling.gateway.resubmission", generation.id(), _ -> {
                resubmit(generation, deadline);
                return generation;
            });
        } catch (RuntimeException failure) {
            log.warn("generation {} is left until its lease ends: {}", generation.id(), failure.getMessage(), failure);
        }
    }

    private void resubmit(Unsubmitted generation, Deadline deadline) {
        if (generation.overdue()) {
            settlement.review(
                    generation.id(),
                    "the vendor gave no certain answer for 23 hours and may forget the idempotency key "
                            + generation.id());
            return;
        }
        switch (apiframe.submit(generation.id().toString(), generation.upstreamRequest(), deadline)) {
            case Accepted accepted -> settlement.accept(generation.id(), accepted.job(), deadline);
            case Invalid invalid ->
                refuseOrDefer(generation, callbacks.redact(generation.id(), Refusal.invalid(invalid)));
            case Denied denied -> {
                log.error("the vendor refuses the gateway's account: HTTP {} {}", denied.status(), denied.error());
                refuseOrDefer(generation, Refusal.denied(denied));
            }
            case NotSent _ -> refuseOrDefer(generation, Refusal.unavailable(null));
            case Throttled throttled -> refuseOrDefer(generation, Refusal.unavailable(throttled.retryAfter()));
            case Unknown unknown -> {
                log.warn(
                        "generation {} attempt {} unresolved: {}",
                        generation.id(),
                        generation.attempt(),
                        unknown.reason());
                defer(generation, true);
            }
        }
    }

    private void refuseOrDefer(Unsubmitted generation, Refusal refusal) {
        if (settlement.refuse(generation.id(), generation.attempt(), refusal).open()) {
            defer(generation, false);
        }
    }

    private void defer(Unsubmitted generation, boolean indefinite) {
        generations.defer(generation.id(), generation.attempt(), indefinite, pauseAfter(generation.attempt()));
    }

    /** Doubles with every attempt from a second on, up to the cap; jittered, so that replicas do not march in step. */
    private Duration pauseAfter(int attempt) {
        long cap = settings.resubmissionCap().toMillis();
        long pause = Math.min(cap, 1000L << Math.min(attempt - 1, MOST_DOUBLINGS));
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(pause / 2, pause + 1));
    }
}
