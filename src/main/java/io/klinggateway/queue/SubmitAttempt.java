package io.klinggateway.queue;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.Deadline;
import io.klinggateway.apiframe.SubmitOutcome.Accepted;
import io.klinggateway.apiframe.SubmitOutcome.Denied;
import io.klinggateway.apiframe.SubmitOutcome.InDoubt;
import io.klinggateway.apiframe.SubmitOutcome.Invalid;
import io.klinggateway.apiframe.SubmitOutcome.NotSent;
import io.klinggateway.apiframe.SubmitOutcome.Throttled;
import io.klinggateway.generation.GenerationSnapshot;
import io.klinggateway.generation.Generations;
import io.klinggateway.generation.OutcomeUnknown;
import io.klinggateway.generation.Refusal;
import io.klinggateway.generation.Settlement;
import io.klinggateway.generation.VendorCallbackUrls;
import io.klinggateway.queue.SubmissionResult.Lost;
import io.klinggateway.queue.SubmissionResult.Refused;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Makes one attempt to send a generation, and records what came of it. */
@Component
class SubmitAttempt {

    private static final Logger log = LoggerFactory.getLogger(SubmitAttempt.class);
    private static final int MOST_DOUBLINGS = 10;
    private static final Duration LONGEST_PAUSE_OF_ONE = Duration.ofMinutes(1);

    private final Apiframe apiframe;
    private final Generations generations;
    private final Settlement settlement;
    private final VendorCallbackUrls callbacks;
    private final VendorRateLimiter rate;
    private final QueueSettings settings;
    private final PoisonedGenerations poisoned;

    SubmitAttempt(
            Apiframe apiframe,
            Generations generations,
            Settlement settlement,
            VendorCallbackUrls callbacks,
            VendorRateLimiter rate,
            QueueSettings settings,
            PoisonedGenerations poisoned) {
        this.apiframe = apiframe;
        this.generations = generations;
        this.settlement = settlement;
        this.callbacks = callbacks;
        this.rate = rate;
        this.settings = settings;
        this.poisoned = poisoned;
    }

    /**
     * @param caller waits for the verdict; null if none does
     * @return what the caller hears. If the database is lost on the way, the lease runs out and the attempt counts as
     *     unresolved
     */
    SubmissionResult send(ClaimedGeneration generation, @Nullable WaitingCaller caller) {
        if (generation.overdue()) {
            generations.review(
                    generation.id(),
                    "the vendor gave no certain answer for 23 hours and may forget the idempotency key "
                            + generation.vendorIdempotencyKey());
            return Acknowledged.SENT;
        }
        Deadline deadline = Deadline.in(settings.attemptDeadline());
        return switch (apiframe.submit(
                generation.vendorIdempotencyKey().toString(), generation.upstreamRequest(), deadline)) {
            case Accepted accepted -> accept(generation, accepted, deadline);
            case Invalid invalid -> {
                accountAccepts(generation);
                yield refuse(generation, callbacks.redact(Refusal.invalid(invalid)), "refused", caller, deadline);
            }
            case Denied denied -> {
                log.error(
                        "the vendor refuses the gateway's account: HTTP {} ({}): {}",
                        denied.status(),
                        denied.meaning(),
                        denied.error());
                rate.accountRefused(settings.probeInterval());
                yield refuse(
                        generation,
                        Refusal.denied(denied, settings.probeInterval()),
                        "the account was refused: HTTP " + denied.status(),
                        caller,
                        deadline);
            }
            case NotSent notSent -> {
                log.warn(
                        "generation {} attempt {} not sent: {}",
                        generation.id(),
                        generation.attempt(),
                        notSent.reason());
                yield returnToQueue(generation, pauseAfter(generation.attempt()), "not sent: " + notSent.reason());
            }
            case Throttled _ -> returnToQueue(generation, Duration.ZERO, "the vendor's rate limit: HTTP 429");
            case InDoubt inDoubt -> {
                log.warn(
                        "generation {} attempt {} unresolved: {}",
                        generation.id(),
                        generation.attempt(),
                        inDoubt.reason());
                // What one team sends and the vendor chokes on takes as little as possible of what all share.
                Duration longest = poisoned.failed(generation.id()) ? LONGEST_PAUSE_OF_ONE : settings.longestPause();
                generations.unresolved(
                        generation.id(),
                        generation.attempt(),
                        pauseAfter(generation.attempt(), longest),
                        "no certain answer: " + inDoubt.reason());
                yield Acknowledged.SENT;
            }
        };
    }

    /** The job exists, whether the database takes note of it or not: another attempt finds it again by its key. */
    private SubmissionResult accept(ClaimedGeneration generation, Accepted accepted, Deadline deadline) {
        try {
            poisoned.accepted(generation.id());
            if (generations.accepted(generation.id(), accepted.job(), deadline)) {
                // Books that are restored may know neither; the log then tells whose the vendor's job is.
                log.info("sent generation={} as vendor job={}", generation.id(), accepted.job());
            } else {
                settlement.refuse(
                        generation.id(),
                        generation.attempt(),
                        Refusal.bookedBefore(),
                        "accepted, but as a job that is recorded under another id",
                        true,
                        deadline);
            }
            accountAccepts(generation);
        } catch (OutcomeUnknown unrecorded) {
            log.warn("generation {} is left until its lease ends: {}", generation.id(), unrecorded.getMessage());
        }
        return Acknowledged.SENT;
    }

    private void accountAccepts(ClaimedGeneration generation) {
        if (generation.probe()) {
            rate.accountAccepted();
        }
    }

    /**
     * Ends the generation, unless a job of it may exist or a caller has a 202 for one that may still be sent.
     *
     * @param outcome of the attempt, for operators
     */
    private SubmissionResult refuse(
            ClaimedGeneration generation,
            Refusal refusal,
            String outcome,
            @Nullable WaitingCaller caller,
            Deadline deadline) {
        boolean withdraw = !generation.acknowledged() && caller != null && caller.beginRefusal();
        if (!withdraw && !refusal.whateverCameBefore()) {
            return returnToQueue(generation, Duration.ZERO, outcome);
        }
        GenerationSnapshot status;
        try {
            status = settlement.refuse(generation.id(), generation.attempt(), refusal, outcome, !withdraw, deadline);
        } catch (OutcomeUnknown lost) {
            return new Lost(lost);
        }
        if (status.withdrawn()) {
            return new Refused(refusal);
        }
        return status.sending()
                ? returnToQueue(generation, Duration.ZERO, outcome)
                : new Acknowledged(status.status(), false);
    }

    private SubmissionResult returnToQueue(ClaimedGeneration generation, Duration pause, String outcome) {
        generations.returnToQueue(generation.id(), generation.attempt(), pause, outcome);
        return Acknowledged.WAITS;
    }

    /** Doubles with every attempt, up to the longest; jittered, so that replicas do not march in step. */
    private Duration pauseAfter(int attempt) {
        return pauseAfter(attempt, settings.longestPause());
    }

    private Duration pauseAfter(int attempt, Duration atMost) {
        long longest = atMost.toMillis();
        long pause = Math.min(longest, settings.firstPause().toMillis() << Math.min(attempt - 1, MOST_DOUBLINGS));
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(pause / 2, pause + 1));
    }
}
