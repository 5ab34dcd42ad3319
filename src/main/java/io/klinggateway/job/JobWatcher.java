package io.klinggateway.job;

import io.klinggateway.connection.Connections.Remote;
import io.klinggateway.generation.JobEvent;
import io.klinggateway.generation.JobView;
import io.klinggateway.job.JobRepository.Glance;
import io.klinggateway.job.JobRepository.OwnedJob;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.InvalidApiKey;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** A caller that waits for a job to change, or streams its progress. */
abstract sealed class JobWatcher {

    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final Duration GRACE = Duration.ofSeconds(15);

    /** Who watches, and where it is connected from. */
    record Listener(Caller caller, Remote remote) {}

    private final Listener listener;
    private final OwnedJob job;
    private final long untilNanos;
    private volatile JobView lastSeen;

    JobWatcher(Listener listener, JobView seen, Duration patience) {
        this.untilNanos = System.nanoTime() + patience.toNanos();
        this.listener = listener;
        this.job = new OwnedJob(listener.caller().tenant().id(), new GenerationId(seen.id()));
        this.lastSeen = seen;
    }

    Remote remote() {
        return listener.remote();
    }

    KeyId key() {
        return listener.caller().keyId();
    }

    OwnedJob job() {
        return job;
    }

    JobView lastSeen() {
        return lastSeen;
    }

    void seen(JobView current) {
        lastSeen = current;
    }

    boolean timeIsUp() {
        return System.nanoTime() - untilNanos >= 0;
    }

    /** @param glance null if the database did not show the job */
    abstract boolean isDue(@Nullable Glance glance);

    abstract void show(JobView current);

    /** Shows it for the last time. */
    abstract void end(JobView current);

    /** Shows nothing more. */
    abstract void refuse();

    /** The caller sends nothing more; it may have hung up, or listen still. */
    abstract void callerCloses();

    void stillThere() {}

    /** Is answered once. */
    static final class Waiter extends JobWatcher {

        final DeferredResult<JobView> answer;

        Waiter(Listener listener, JobView seen, Duration patience) {
            super(listener, seen, patience);
            this.answer = new DeferredResult<>(patience.plus(GRACE).toMillis(), this::lastSeen);
        }

        @Override
        boolean isDue(@Nullable Glance glance) {
            return timeIsUp()
                    || (glance != null && !glance.status().equals(lastSeen().status()));
        }

        @Override
        void show(JobView current) {
            answer.setResult(current);
        }

        @Override
        void end(JobView current) {
            show(current);
        }

        @Override
        void refuse() {
            answer.setErrorResult(InvalidApiKey.unknown());
        }

        /** Nothing shows whether it listens but an answer. */
        @Override
        void callerCloses() {
            show(lastSeen());
        }
    }

    /** Is sent an event for each change. */
    static final class Stream extends JobWatcher {

        final SseEmitter emitter;
        private final Executor writers;
        private final Consumer<Stream> gone;
        private final AtomicBoolean writing = new AtomicBoolean();
        private volatile long sentAtNanos = System.nanoTime();

        /**
         * @param writers has a thread for each event
         * @param gone is told when the caller is
         */
        Stream(Listener listener, JobView seen, Duration patience, Executor writers, Consumer<Stream> gone) {
            super(listener, seen, patience);
            this.emitter = new SseEmitter(patience.plus(GRACE).toMillis());
            this.writers = writers;
            this.gone = gone;
        }

        @Override
        boolean isDue(@Nullable Glance glance) {
            return !writing.get()
                    && (timeIsUp()
                            || (glance != null
                                    && (!glance.status().equals(lastSeen().status())
                                            || !Objects.equals(
                                                    glance.progress(),
                                                    lastSeen().progress()))));
        }

        @Override
        void show(JobView current) {
            write(current, timeIsUp());
        }

        @Override
        void end(JobView current) {
            if (!write(current, true)) {
                emitter.complete();
            }
        }

        @Override
        void refuse() {
            emitter.complete();
        }

        /** One that has hung up answers this with a reset, and the next time it cannot be sent. */
        @Override
        void callerCloses() {
            send(SseEmitter.event().comment("still there"), false);
        }

        @Override
        void stillThere() {
            if (System.nanoTime() - sentAtNanos > HEARTBEAT.toNanos()) {
                send(SseEmitter.event().comment("still there"), false);
            }
        }

        private boolean write(JobView current, boolean end) {
            JobEvent event = JobEvent.of(current);
            SseEmitter.SseEventBuilder sent =
                    SseEmitter.event().name(event.event()).data(event, MediaType.APPLICATION_JSON);
            boolean sends = send(sent, end || event.last());
            if (sends) {
                seen(current);
            }
            return sends;
        }

        /** On a thread of its own, so that a client that does not read delays no other; one at a time. */
        private boolean send(SseEmitter.SseEventBuilder event, boolean end) {
            if (!writing.compareAndSet(false, true)) {
                return false;
            }
            sentAtNanos = System.nanoTime();
            try {
                writers.execute(() -> {
                    try {
                        emitter.send(event);
                        if (end) {
                            emitter.complete();
                        }
                    } catch (IOException | IllegalStateException away) {
                        gone.accept(this);
                    } finally {
                        writing.set(false);
                    }
                });
                return true;
            } catch (RejectedExecutionException closing) {
                writing.set(false);
                return false;
            }
        }
    }
}
