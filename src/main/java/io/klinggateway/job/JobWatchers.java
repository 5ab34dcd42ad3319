package io.klinggateway.job;

import io.klinggateway.generation.Callbacks;
import io.klinggateway.generation.JobEvent;
import io.klinggateway.generation.JobView;
import io.klinggateway.job.JobRepository.Glance;
import io.klinggateway.job.JobRepository.OwnedJob;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Lets callers wait for their jobs to change. A waiting caller holds neither a thread nor a connection of the database:
 * one query for all of them, twice a second, sees what any replica has settled.
 */
@Component
class JobWatchers implements SmartLifecycle, DisposableBean {

    static final Duration INTERVAL = Duration.ofMillis(500);

    private static final Logger log = LoggerFactory.getLogger(JobWatchers.class);
    private static final int MOST_FOLLOWERS = 10_000;
    private static final Duration LONGEST_STREAM = Duration.ofMinutes(10);
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final Duration GRACE = Duration.ofSeconds(15);
    private static final Duration WATCHED_FOR = Duration.ofSeconds(60);
    private static final Duration WATCH_AGAIN_AFTER = Duration.ofSeconds(20);

    private final Jobs jobs;
    private final JobRepository stored;
    private final Callbacks callbacks;
    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<GenerationId, Long> watchedAtNanos = new ConcurrentHashMap<>();
    private final ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean running;

    JobWatchers(Jobs jobs, JobRepository stored, Callbacks callbacks, MeterRegistry registry) {
        this.jobs = jobs;
        this.stored = stored;
        this.callbacks = callbacks;
        Gauge.builder("kling.gateway.followers", this, JobWatchers::count)
                .description("Callers that wait for a job to change, or stream its progress, on this replica")
                .register(registry);
    }

    /** Answers with the job once its status is another, or the time is up, or the gateway stops. */
    DeferredResult<JobView> await(TenantId tenant, JobView job, Duration patience) {
        Waiter waiter = new Waiter(tenant, job, patience);
        waiter.answer.onCompletion(() -> followers.remove(waiter));
        if (isOver(job) || !patience.isPositive() || !add(waiter)) {
            waiter.show(job);
        }
        return waiter.answer;
    }

    /** Sends what changes, the job as it is first; ends with its last event, or when the gateway stops. */
    SseEmitter stream(TenantId tenant, JobView job) {
        Stream stream = new Stream(tenant, job);
        stream.emitter.onCompletion(() -> followers.remove(stream));
        stream.emitter.onError(_ -> followers.remove(stream));
        stream.emitter.onTimeout(stream.emitter::complete);
        if (!isOver(job) && add(stream)) {
            stream.show(job);
        } else {
            stream.end(job);
        }
        return stream.emitter;
    }

    private boolean add(Follower follower) {
        if (!running || followers.size() >= MOST_FOLLOWERS) {
            return false;
        }
        followers.add(follower);
        if (!running && followers.remove(follower)) {
            return false;
        }
        return true;
    }

    /** Of those who wait or stream on this replica. */
    int count() {
        return followers.size();
    }

    private static boolean isOver(JobView job) {
        return job.completedAt() != null;
    }

    /** @return false: what is left waits for the next half second */
    boolean pass() {
        if (followers.isEmpty()) {
            watchedAtNanos.clear();
            return false;
        }
        List<Follower> present = List.copyOf(followers);
        Set<OwnedJob> followed = present.stream().map(Follower::job).collect(Collectors.toSet());
        Map<GenerationId, Glance> glances = glance(followed);
        List<Follower> due = present.stream()
                .filter(follower -> follower.isDue(glances.get(follower.job().id())))
                .toList();
        showAll(due, Follower::show);
        present.forEach(Follower::stillThere);
        watch(followed);
        return false;
    }

    private Map<GenerationId, Glance> glance(Set<OwnedJob> followed) {
        try {
            return stored.glance(followed).stream().collect(Collectors.toMap(Glance::id, glance -> glance));
        } catch (DataAccessException | TransactionException away) {
            log.warn("followed jobs not read: {}", away.getMessage());
            return Map.of();
        }
    }

    private interface Showing {
        void show(Follower follower, JobView job);
    }

    private void showAll(Collection<Follower> due, Showing showing) {
        if (due.isEmpty()) {
            return;
        }
        Map<GenerationId, JobView> current = new HashMap<>();
        try {
            jobs.findEach(due.stream().map(Follower::job).collect(Collectors.toSet()))
                    .forEach(job -> current.put(new GenerationId(job.id()), job));
        } catch (DataAccessException | TransactionException away) {
            log.warn("followed jobs not read, they are shown as they were: {}", away.getMessage());
        }
        due.forEach(follower ->
                showing.show(follower, current.getOrDefault(follower.job().id(), follower.lastSeen())));
    }

    /** Where the vendor tells us of ends, jobs without a follower are looked at rarely. */
    private void watch(Set<OwnedJob> followed) {
        if (!callbacks.enabled()) {
            return;
        }
        long now = System.nanoTime();
        watchedAtNanos.values().removeIf(at -> now - at > WATCH_AGAIN_AFTER.toNanos());
        Set<OwnedJob> fresh = followed.stream()
                .filter(job -> !watchedAtNanos.containsKey(job.id()))
                .collect(Collectors.toSet());
        if (!fresh.isEmpty()) {
            stored.watch(fresh, WATCHED_FOR, INTERVAL);
            fresh.forEach(job -> watchedAtNanos.put(job.id(), now));
        }
    }

    @Override
    public void start() {
        running = true;
    }

    /** Before the web server stops: every waiting caller is answered, and no caller begins to wait. */
    @Override
    public void stop() {
        running = false;
        showAll(List.copyOf(followers), Follower::end);
        followers.clear();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public void destroy() {
        writers.shutdown();
    }

    private abstract static sealed class Follower {

        private final OwnedJob job;
        private volatile JobView lastSeen;

        Follower(TenantId tenant, JobView seen) {
            this.job = new OwnedJob(tenant, new GenerationId(seen.id()));
            this.lastSeen = seen;
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

        /** @param glance null if the database did not show the job */
        abstract boolean isDue(@Nullable Glance glance);

        abstract void show(JobView current);

        /** Shows it for the last time. */
        abstract void end(JobView current);

        void stillThere() {}
    }

    private static final class Waiter extends Follower {

        private final DeferredResult<JobView> answer;
        private final long untilNanos;

        Waiter(TenantId tenant, JobView seen, Duration patience) {
            super(tenant, seen);
            this.untilNanos = System.nanoTime() + patience.toNanos();
            this.answer = new DeferredResult<>(patience.plus(GRACE).toMillis(), this::lastSeen);
        }

        @Override
        boolean isDue(@Nullable Glance glance) {
            return System.nanoTime() - untilNanos >= 0
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
    }

    private final class Stream extends Follower {

        private final SseEmitter emitter = new SseEmitter(LONGEST_STREAM.toMillis());
        private final AtomicBoolean writing = new AtomicBoolean();
        private volatile long sentAtNanos = System.nanoTime();

        Stream(TenantId tenant, JobView seen) {
            super(tenant, seen);
        }

        @Override
        boolean isDue(@Nullable Glance glance) {
            return glance != null
                    && !writing.get()
                    && (!glance.status().equals(lastSeen().status())
                            || !Objects.equals(glance.progress(), lastSeen().progress()));
        }

        @Override
        void show(JobView current) {
            write(current, false);
        }

        @Override
        void end(JobView current) {
            if (!write(current, true)) {
                emitter.complete();
            }
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
                    } catch (IOException | IllegalStateException gone) {
                        followers.remove(this);
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
