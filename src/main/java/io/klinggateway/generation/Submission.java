package io.klinggateway.generation;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.Deadline;
import io.klinggateway.apiframe.SubmitOutcome;
import io.klinggateway.apiframe.SubmitOutcome.Accepted;
import io.klinggateway.apiframe.SubmitOutcome.Denied;
import io.klinggateway.apiframe.SubmitOutcome.Invalid;
import io.klinggateway.apiframe.SubmitOutcome.NotSent;
import io.klinggateway.apiframe.SubmitOutcome.Throttled;
import io.klinggateway.apiframe.SubmitOutcome.Unknown;
import io.klinggateway.generation.Admission.Admitted;
import io.klinggateway.generation.Admission.ConcurrencyLimited;
import io.klinggateway.generation.Admission.Conflict;
import io.klinggateway.generation.Admission.Decision;
import io.klinggateway.generation.Admission.Insufficient;
import io.klinggateway.generation.Admission.KeyInvalid;
import io.klinggateway.generation.Admission.RateLimited;
import io.klinggateway.generation.Admission.Replayed;
import io.klinggateway.generation.Admission.TenantSuspended;
import io.klinggateway.generation.GenerationRepository.Standing;
import io.klinggateway.generation.SubmissionSlots.Overloaded;
import io.klinggateway.image.ImageRequest;
import io.klinggateway.image.ImageRequestJson;
import io.klinggateway.image.PriceList;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.InsufficientCredits;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Sha256;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.KeyOwners.KeyOwner;
import io.klinggateway.tenant.KeyRefused;
import io.klinggateway.webhook.Receivers;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Serves a caller: admits the request, sends it, records what came of it. The answer is the truth: a thrown refusal means
 * that nothing is held and no job exists; a receipt means that one job exists or will exist, or the generation ends
 * FAILED and its credits are back.
 */
@Component
@EnableConfigurationProperties(GenerationSettings.class)
class Submission {

    private static final Logger log = LoggerFactory.getLogger(Submission.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration RETRY_OVERLOADED = Duration.ofSeconds(2);
    /** A tenant's admissions take turns at its balance anyway: in one lane they share a transaction instead. */
    private static final int ADMISSION_LANES = 4;

    private static final int MOST_ADMISSIONS_IN_BATCH = 64;
    private static final Duration SHORTEST_ATTEMPT = Duration.ofMillis(500);

    private final Apiframe apiframe;
    private final GenerationRepository generations;
    private final Settlement settlement;
    private final PriceList prices;
    private final ImageRequestJson json;
    private final Receivers receivers;
    private final Callbacks callbacks;
    private final GenerationSettings settings;
    private final Clock clock;
    private final GenerationScope scope;
    private final GenerationMeters counters;
    private final SubmissionSlots slots;
    private final Batches<NewGeneration, Decision> admissions;

    Submission(
            Apiframe apiframe,
            GenerationRepository generations,
            Settlement settlement,
            PriceList prices,
            ImageRequestJson json,
            Receivers receivers,
            Callbacks callbacks,
            GenerationSettings settings,
            Clock clock,
            GenerationScope scope,
            GenerationMeters counters,
            MeterRegistry meters) {
        this.apiframe = apiframe;
        this.generations = generations;
        this.settlement = settlement;
        this.prices = prices;
        this.json = json;
        this.receivers = receivers;
        this.callbacks = callbacks;
        this.settings = settings;
        this.clock = clock;
        this.scope = scope;
        this.counters = counters;
        this.admissions = new Batches<>(
                ADMISSION_LANES,
                MOST_ADMISSIONS_IN_BATCH,
                batch -> generations.admit(batch, apiframe.upstream(), settings.lease()));
        counters.watch("admission", admissions);
        this.slots = new SubmissionSlots(
                Math.min(settings.concurrentSubmissions(), mostWithinRate()),
                settings.waitingSubmissions(),
                settings.longestWait());
        Gauge.builder("kling.gateway.submission.slots.free", slots, SubmissionSlots::free)
                .description("Submissions that this replica could take on at once, beyond those under way")
                .register(meters);
        Gauge.builder("kling.gateway.submissions.waiting", slots, SubmissionSlots::waiting)
                .description("Requests that wait for their turn on this replica")
                .register(meters);
    }

    /**
     * The rate gate is first come first served. Half of what it lets pass within a deadline is room enough, and leaves who
     * waits for a slot, where tenants take turns, the time to pass it.
     */
    private int mostWithinRate() {
        return Math.max(1, apiframe.callsWithin(settings.submissionDeadline()) / 2);
    }

    /**
     * @param key makes the call repeatable; null if the caller gave none
     * @param allowance is told where the tenant stands with its requests, whatever comes of this one
     * @throws InsufficientCredits if the budget's period has too few left
     * @throws IdempotencyConflict if the key names another request
     * @throws ProblemException if its webhook must not be called, the tenant is at a limit, there is no room for the request
     *     now, or the vendor takes none
     * @throws OutcomeUnknown if the database was lost in the middle of a COMMIT and stayed away
     */
    Receipt submit(
            Caller caller, ImageRequest request, @Nullable IdempotencyKey key, Consumer<RequestAllowance> allowance) {
        receivers.check(request.webhookUrl());
        try (SubmissionSlots.Slot _ = slots.take(caller.tenant().id())) {
            return admitAndSend(caller, request, key, allowance);
        } catch (Overloaded overloaded) {
            throw new ProblemException(
                    Problem.of(ProblemCode.OVERLOADED, "The gateway has too much to do now; try again"),
                    RETRY_OVERLOADED);
        }
    }

    private Receipt admitAndSend(
            Caller caller, ImageRequest request, @Nullable IdempotencyKey key, Consumer<RequestAllowance> allowance) {
        Deadline deadline = Deadline.in(settings.submissionDeadline());
        NewGeneration generation = prepare(caller, request, key);
        Decision decision = scope.step(
                "kling.gateway.hold",
                () -> CertainDatabase.run(deadline, admissions, caller.tenant().id(), generation));
        if (decision.allowance() != null) {
            allowance.accept(decision.allowance());
        }
        return switch (decision.admission()) {
            case Admitted admitted -> scope.named(generation.id(), () -> send(generation, admitted, deadline));
            case Replayed replayed ->
                new Receipt(replayed.id(), replayed.status(), true, replayed.cost(), replayed.available());
            case Conflict _ -> throw new IdempotencyConflict();
            case RateLimited limited -> throw LimitReached.ofRequests(limited.allowance());
            case ConcurrencyLimited _ -> throw LimitReached.ofConcurrency();
            case KeyInvalid _ -> throw KeyRefused.invalid();
            case TenantSuspended _ -> throw KeyRefused.inactive();
            case Insufficient insufficient ->
                throw new InsufficientCredits(
                        generation.quote().credits(), insufficient.available(), insufficient.resetsAt());
        };
    }

    private NewGeneration prepare(Caller caller, ImageRequest request, @Nullable IdempotencyKey key) {
        GenerationId id = GenerationId.next(clock);
        byte[] asked = json.write(request);
        ImageRequest sent = callbacks.upstream(id, request);
        return new NewGeneration(
                id,
                caller,
                key,
                request,
                prices.quote(request),
                Sha256.of(asked),
                sent.equals(request) ? asked : json.write(sent),
                scope.traceparent());
    }

    private Receipt send(NewGeneration generation, Admitted admitted, Deadline deadline) {
        GenerationId id = generation.id();
        counters.held(owner(generation.caller()), generation.quote().credits());
        log.info(
                "admitted generation={} credits={}",
                id,
                generation.quote().credits().amount());
        Conclusion conclusion;
        try {
            conclusion = new Sending(generation, deadline).conclude();
        } catch (DataAccessException | TransactionException unrecorded) {
            // The hold stands and the lease runs out: a replica that reaches the database finishes the work.
            log.warn("generation {} is left to another replica: {}", id, unrecorded.getMessage());
            conclusion = new Conclusion("QUEUED");
        } catch (ProblemException | OutcomeUnknown answer) {
            throw answer;
        } catch (RuntimeException defect) {
            // Whatever it is, the hold stands: an error answer would be a lie.
            log.error("generation {} is left to another replica", id, defect);
            conclusion = new Conclusion("QUEUED");
        }
        return new Receipt(id, conclusion.status(), false, generation.quote().credits(), admitted.available());
    }

    private static KeyOwner owner(Caller caller) {
        return new KeyOwner(caller.tenant().name(), caller.keyName());
    }

    /** @param status as tenants see it */
    private record Conclusion(String status) {}

    /** The attempts of one request, within its deadline. */
    private final class Sending {

        private final NewGeneration generation;
        private final GenerationId id;
        private final Deadline deadline;
        private int attempt = 1;
        private boolean indefinite;
        private Duration pause = FIRST_PAUSE;

        Sending(NewGeneration generation, Deadline deadline) {
            this.generation = generation;
            this.id = generation.id();
            this.deadline = deadline;
        }

        Conclusion conclude() {
            while (true) {
                SubmitOutcome outcome = apiframe.submit(id.toString(), generation.upstreamRequest(), deadline);
                switch (outcome) {
                    case Accepted accepted -> {
                        accept(accepted);
                        return new Conclusion("QUEUED");
                    }
                    case Invalid invalid -> {
                        return refuse(callbacks.redact(id, Refusal.invalid(invalid)));
                    }
                    case Denied denied -> {
                        log.error(
                                "the vendor refuses the gateway's account: HTTP {} {}",
                                denied.status(),
                                denied.error());
                        return refuse(Refusal.denied(denied));
                    }
                    case NotSent notSent -> {
                        log.warn("generation {} attempt {} not sent: {}", id, attempt, notSent.reason());
                        if (!retry(null, false)) {
                            return refuse(Refusal.unavailable(null));
                        }
                    }
                    case Throttled throttled -> {
                        if (!retry(throttled.retryAfter(), false)) {
                            return refuse(Refusal.unavailable(throttled.retryAfter()));
                        }
                    }
                    case Unknown unknown -> {
                        log.warn("generation {} attempt {} unresolved: {}", id, attempt, unknown.reason());
                        indefinite = true;
                        if (!retry(null, true)) {
                            return defer();
                        }
                    }
                }
            }
        }

        /** The job exists, whether the database takes note of it or not: resubmission finds it again by its key. */
        private void accept(Accepted accepted) {
            try {
                settlement.accept(id, accepted.job(), deadline);
            } catch (OutcomeUnknown unrecorded) {
                log.warn("generation {} is left to another replica: {}", id, unrecorded.getMessage());
            }
        }

        /** Waits and opens the next attempt; false if there is no time for one, or somebody else has taken over. */
        private boolean retry(@Nullable Duration retryAfter, boolean unknown) {
            Duration wait = retryAfter != null && retryAfter.compareTo(pause) > 0 ? retryAfter : jittered(pause);
            if (!deadline.allows(wait.plus(SHORTEST_ATTEMPT))) {
                return false;
            }
            try {
                Thread.sleep(wait);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return false;
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            if (!generations.openNextAttempt(id, attempt, unknown)) {
                return false;
            }
            attempt++;
            return true;
        }

        /** Ends the generation, then tells the caller so; or keeps it open if a job may exist. */
        private Conclusion refuse(Refusal refusal) {
            Standing standing = CertainDatabase.run(deadline, () -> settlement.refuse(id, attempt, refusal));
            if (standing.withdrawn()) {
                throw refusal.toException();
            }
            return standing.open() ? defer() : new Conclusion(standing.status());
        }

        private Conclusion defer() {
            generations.defer(id, attempt, indefinite, jittered(pause));
            return new Conclusion("QUEUED");
        }
    }

    private static Duration jittered(Duration pause) {
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(pause.toMillis() / 2, pause.toMillis() + 1));
    }
}
