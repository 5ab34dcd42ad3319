package io.klinggateway.queue;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.Deadline;
import io.klinggateway.generation.GenerationScope;
import io.klinggateway.generation.GenerationSnapshot;
import io.klinggateway.generation.Generations;
import io.klinggateway.generation.OutcomeUnknown;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.queue.QueueRepository.Turn;
import io.klinggateway.queue.SubmissionResult.Lost;
import io.klinggateway.queue.SubmissionResult.NotYet;
import io.klinggateway.queue.SubmissionResult.Refused;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Sends what the queue chooses, on as many replicas as there are; the only caller of the vendor's submit. A pass claims
 * whatever may be sent now and hands each to a thread of its own, so that a call that hangs delays no other.
 */
@Component
public class Dispatcher implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    /** A pause may be over sooner than it was to last: another replica's probe may have succeeded. */
    private static final Duration LONGEST_UNTIL_NEXT_PASS = Duration.ofSeconds(5);

    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final QueueRepository queue;
    private final Apiframe apiframe;
    private final SubmitAttempt sending;
    private final Generations generations;
    private final GenerationScope scope;
    private final VendorRateLimiter rate;
    private final QueueSettings settings;
    private final WaitingCallers callers = new WaitingCallers();
    private final AtomicInteger underWay = new AtomicInteger();
    private final WakeSignal wakeUp = new WakeSignal();
    private volatile long passes;
    private volatile boolean busy;
    private volatile boolean running;
    private Duration spread = Duration.ZERO;

    Dispatcher(
            QueueRepository queue,
            Apiframe apiframe,
            SubmitAttempt sending,
            Generations generations,
            GenerationScope scope,
            VendorRateLimiter rate,
            QueueSettings settings) {
        this.queue = queue;
        this.apiframe = apiframe;
        this.sending = sending;
        this.generations = generations;
        this.scope = scope;
        this.rate = rate;
        this.settings = settings;
    }

    /** To be called before the generation is admitted, so that its verdict finds its caller. */
    public WaitingCaller register(GenerationId id) {
        return callers.register(id);
    }

    /** Whether the last pass had to leave off: what is admitted until the next one has to wait for its turn. */
    public boolean isBusy() {
        return !running || busy;
    }

    /** A generation was admitted whose caller waits for no verdict. */
    public void admitted() {
        wakeUp.signal();
    }

    /**
     * Lets the caller's generation, which is admitted but not acknowledged, take its turn if that is now.
     *
     * @param deadline how long the caller waits for the vendor's verdict
     * @return what the caller's 202 says: the vendor has the job, or it will be sent
     * @throws ProblemException if the vendor refuses it; its credits are back then
     * @throws OutcomeUnknown if the database was lost while that was recorded
     */
    public Acknowledged await(WaitingCaller caller, Deadline deadline) {
        caller.admitted(passes + 1);
        wakeUp.signal();
        SubmissionResult verdict = isBusy() && !caller.isClaimed() ? new NotYet() : caller.await(deadline);
        if (verdict == null || verdict instanceof NotYet) {
            verdict = acknowledge(caller);
        }
        return switch (verdict) {
            case Acknowledged acknowledged -> acknowledged;
            case Refused refused -> throw refused.refusal().toException();
            case Lost lost -> throw lost.cause();
            case NotYet _ -> Acknowledged.WAITS;
        };
    }

    /** Its 202 is on record before it is given; where the database is away, no one on this replica will withdraw it. */
    private SubmissionResult acknowledge(WaitingCaller caller) {
        if (caller.leave()) {
            try {
                GenerationSnapshot status = generations.acknowledge(caller.id());
                return new Acknowledged(status.status(), status.waiting());
            } catch (DataAccessException | TransactionException unrecorded) {
                log.warn(
                        "the acknowledgement of generation {} is not on record: {}",
                        caller.id(),
                        unrecorded.getMessage());
                return Acknowledged.WAITS;
            }
        }
        SubmissionResult verdict =
                caller.awaitOutcome(Deadline.in(settings.lease().multipliedBy(2)));
        return verdict == null ? Acknowledged.SENT : verdict;
    }

    @Override
    public void start() {
        running = true;
        wakeUp.signal();
        Thread.ofVirtual().name("dispatcher").start(this::dispatch);
    }

    private void dispatch() {
        try {
            while (running) {
                wakeUp.await(settings.idleInterval());
                if (running) {
                    pass();
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void pass() {
        long pass = passes + 1;
        passes = pass;
        try {
            int most = Math.min(settings.sendsAtOnce() - underWay.get(), apiframe.room());
            if (most > 0) {
                claim(most);
            } else {
                wakeUp.holdBack(settings.idleInterval());
            }
        } catch (RuntimeException | Error failure) {
            // Even an Error: without this thread the replica would go on admitting and never send.
            wakeUp.holdBack(AFTER_FAILURE);
            log.warn("the queue is not read: {}", failure.getMessage(), failure);
        } finally {
            busy = wakeUp.isHeldBack();
            // A caller that came during this pass would have to wait for the next one.
            callers.passed(isBusy() ? pass + 1 : pass);
        }
    }

    private void claim(int most) {
        Turn turn = queue.next(rate.pace(), most);
        for (ClaimedGeneration generation : turn.claimed()) {
            WaitingCaller caller = callers.find(generation.id());
            if (caller != null) {
                caller.claimed();
            }
            rate.count(VendorRateLimiter.Purpose.SEND, 1);
            sendInBackground(generation, caller);
        }
        Duration wait = turn.waitFor();
        if (wait != null) {
            Duration longer = wait.plus(spread(turn.claimed().size(), wait));
            wakeUp.holdBack(longer.compareTo(LONGEST_UNTIL_NEXT_PASS) < 0 ? longer : LONGEST_UNTIL_NEXT_PASS);
        } else if (!turn.claimed().isEmpty()) {
            wakeUp.signal();
        }
    }

    private void sendInBackground(ClaimedGeneration generation, @Nullable WaitingCaller caller) {
        underWay.incrementAndGet();
        try {
            Thread.ofVirtual().name("send " + generation.id()).start(() -> send(generation, caller));
        } catch (RuntimeException | Error notStarted) {
            underWay.decrementAndGet();
            throw notStarted;
        }
    }

    /**
     * Replicas that wait for the same call of the rate would all ask for it, and one would get it. A replica that gets
     * nothing asks more rarely, yet often enough that what the rate allows in the meantime is not lost.
     */
    private Duration spread(int claimed, Duration wait) {
        Duration tolerance = rate.pace().tolerance();
        Duration wider = spread.multipliedBy(2).plus(rate.pace().interval());
        spread = claimed > 0 ? spread.dividedBy(2) : wider.compareTo(tolerance) > 0 ? tolerance : wider;
        return wait.compareTo(tolerance.multipliedBy(2)) > 0 ? Duration.ZERO : spread;
    }

    private void send(ClaimedGeneration generation, @Nullable WaitingCaller caller) {
        SubmissionResult verdict = Acknowledged.SENT;
        try {
            verdict = scope.later(
                    "kling.gateway.submission",
                    generation.id(),
                    scope.origin(
                            generation.key(),
                            generation.modelName(),
                            generation.images(),
                            generation.quoted(),
                            generation.traceparent()),
                    () -> sending.send(generation, caller));
        } catch (RuntimeException failure) {
            // The hold stands and the lease runs out: a replica that reaches the database finishes the work.
            log.warn("generation {} is left until its lease ends: {}", generation.id(), failure.getMessage(), failure);
        } finally {
            if (underWay.getAndDecrement() == settings.sendsAtOnce()) {
                wakeUp.signal();
            }
            if (caller != null) {
                caller.tell(verdict);
            }
        }
    }

    int underWay() {
        return underWay.get();
    }

    /**
     * What is under way is finished, as long as no other replica takes it over; what waits is left to the other replicas, or to
     * the next start.
     */
    @Override
    public void stop() {
        running = false;
        wakeUp.signal();
        callers.passed(Long.MAX_VALUE);
        Deadline leases = Deadline.in(settings.lease());
        while (underWay.get() > 0 && !leases.hasPassed()) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public void stop(Runnable whenStopped) {
        Thread.ofVirtual().name("dispatcher stop").start(() -> {
            try {
                stop();
            } finally {
                whenStopped.run();
            }
        });
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
