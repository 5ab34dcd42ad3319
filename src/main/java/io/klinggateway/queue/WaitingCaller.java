package io.klinggateway.queue;

import io.klinggateway.apiframe.Deadline;
import io.klinggateway.ledger.GenerationId;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A caller on this replica that waits for the vendor's verdict on its generation. Either it leaves with a 202 or the
 * dispatcher withdraws its generation, never both: whichever comes first decides.
 */
public final class WaitingCaller implements AutoCloseable {

    private enum Stage {
        WAITING,
        BEING_REFUSED,
        LEFT
    }

    private final GenerationId id;
    private final Runnable whenClosed;
    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.WAITING);
    private final BlockingQueue<SubmissionResult> verdicts = new LinkedBlockingQueue<>();
    private volatile long ticket = Long.MAX_VALUE;
    private volatile boolean claimed;

    WaitingCaller(GenerationId id, Runnable whenClosed) {
        this.id = id;
        this.whenClosed = whenClosed;
    }

    GenerationId id() {
        return id;
    }

    /** @param ticket the first pass that is sure to have seen the generation */
    void admitted(long ticket) {
        this.ticket = ticket;
    }

    void claimed() {
        claimed = true;
    }

    boolean isClaimed() {
        return claimed;
    }

    /** @return whether it was not claimed although the pass must have seen it */
    boolean isPassedOver(long pass) {
        return ticket <= pass && !claimed;
    }

    void tell(SubmissionResult verdict) {
        verdicts.add(verdict);
    }

    /** @return null if the time is up */
    @Nullable
    SubmissionResult await(Deadline deadline) {
        try {
            return verdicts.poll(Math.max(0, deadline.remaining().toNanos()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /**
     * To be called while the generation is being withdrawn: what earlier passes said does not count any more.
     *
     * @return null if the time is up
     */
    @Nullable
    SubmissionResult awaitOutcome(Deadline deadline) {
        SubmissionResult verdict = await(deadline);
        while (verdict instanceof SubmissionResult.NotYet) {
            verdict = await(deadline);
        }
        return verdict;
    }

    /** @return false if the caller has left: its 202 is a promise */
    boolean beginRefusal() {
        return stage.compareAndSet(Stage.WAITING, Stage.BEING_REFUSED);
    }

    /** @return false if the generation is being withdrawn: the verdict follows */
    boolean leave() {
        return stage.compareAndSet(Stage.WAITING, Stage.LEFT);
    }

    @Override
    public void close() {
        whenClosed.run();
    }
}
