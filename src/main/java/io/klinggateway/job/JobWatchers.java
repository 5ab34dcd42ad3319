package io.klinggateway.job;

import io.klinggateway.connection.Connections;
import io.klinggateway.connection.Connections.Remote;
import io.klinggateway.generation.JobView;
import io.klinggateway.job.JobRepository.Glance;
import io.klinggateway.job.JobRepository.OwnedJob;
import io.klinggateway.job.JobWatcher.Listener;
import io.klinggateway.job.JobWatcher.Stream;
import io.klinggateway.job.JobWatcher.Waiter;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.tenant.ApiKeyAuthenticator;
import io.klinggateway.tenant.Caller;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Lets callers wait for their jobs to change. A waiting caller holds neither a thread nor a connection of the database:
 * one query for all of them, twice a second, sees what any replica has settled.
 */
@Component
@EnableConfigurationProperties(LongPollSettings.class)
class JobWatchers implements SmartLifecycle, DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(JobWatchers.class);
    private static final Duration LONGEST_STREAM = Duration.ofMinutes(10);
    private static final Duration LOOK_AT_CALLERS_AFTER = Duration.ofSeconds(1);
    private static final Duration COME_BACK_AFTER = Duration.ofSeconds(5);
    private static final int SHORTEST_STAY_MILLIS = 1000;
    private static final int LONGEST_BRIEF_STAY_MILLIS = 2000;

    private final Jobs jobs;
    private final JobRepository stored;
    private final WatchedJobs watchedJobs;
    private final ApiKeyAuthenticator keys;
    private final Connections connections;
    private final LongPollSlots slots;
    private final Set<JobWatcher> watchers = ConcurrentHashMap.newKeySet();
    private final ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean running;
    private long callersSeenAtNanos = System.nanoTime();

    JobWatchers(
            Jobs jobs,
            JobRepository stored,
            WatchedJobs watchedJobs,
            ApiKeyAuthenticator keys,
            Connections connections,
            LongPollSettings settings,
            MeterRegistry registry) {
        this.jobs = jobs;
        this.stored = stored;
        this.watchedJobs = watchedJobs;
        this.keys = keys;
        this.connections = connections;
        this.slots = new LongPollSlots(settings.most(connections.most()));
        Gauge.builder("kling.gateway.watchers", this, JobWatchers::count)
                .description("Callers that wait for a job to change, or stream its progress, on this replica")
                .register(registry);
    }

    /**
     * To be asked before the job is read: a crowd of refused callers would have all of the team's connections to the database.
     *
     * @param response says when to come back
     * @throws ProblemException if there is no room at all
     */
    void requireRoom(Caller caller, HttpServletResponse response) {
        if (running && !slots.hasRoom(caller.tenant().id())) {
            throw noRoom(response);
        }
    }

    /**
     * Answers with the job once its status is another, or the time is up, or the gateway stops; soon if too many of the
     * tenant's callers wait; with a 401 once the caller's key must not be used any more.
     *
     * @param response says when to come back if too many wait
     * @throws ProblemException if there is no room at all
     */
    DeferredResult<JobView> await(Listener listener, JobView job, Duration patience, HttpServletResponse response) {
        boolean waits = running && !isOver(job) && patience.isPositive();
        Waiter waiter = new Waiter(listener, job, waits ? enter(listener, patience, response) : Duration.ZERO);
        waiter.answer.onCompletion(() -> remove(waiter));
        if (!waits || !add(waiter)) {
            waiter.show(job);
        }
        return waiter.answer;
    }

    /**
     * Sends what changes, the job as it is first; ends with its last event, when the gateway stops, or when the caller's key
     * must not be used any more; soon if too many of the tenant's callers wait.
     *
     * @param response says when to come back if too many wait
     * @throws ProblemException if there is no room at all
     */
    SseEmitter stream(Listener listener, JobView job, HttpServletResponse response) {
        boolean waits = running && !isOver(job);
        Stream stream = new Stream(
                listener,
                job,
                waits ? enter(listener, LONGEST_STREAM, response) : Duration.ZERO,
                writers,
                this::remove);
        stream.emitter.onCompletion(() -> remove(stream));
        stream.emitter.onError(_ -> remove(stream));
        stream.emitter.onTimeout(stream.emitter::complete);
        if (waits && add(stream)) {
            stream.show(job);
        } else {
            stream.end(job);
        }
        return stream.emitter;
    }

    /** @return for how long there is room */
    private Duration enter(Listener listener, Duration patience, HttpServletResponse response) {
        return switch (slots.enter(listener.caller().tenant().id())) {
            case AS_LONG_AS_ASKED -> patience;
            case BRIEF -> {
                response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(COME_BACK_AFTER.toSeconds()));
                Duration brief = Duration.ofMillis(
                        ThreadLocalRandom.current().nextInt(SHORTEST_STAY_MILLIS, LONGEST_BRIEF_STAY_MILLIS));
                yield patience.compareTo(brief) < 0 ? patience : brief;
            }
            case NONE -> throw noRoom(response);
        };
    }

    private static ProblemException noRoom(HttpServletResponse response) {
        response.setHeader(HttpHeaders.CONNECTION, "close"); // which others need
        return new ProblemException(
                Problem.of(ProblemCode.RATE_LIMITED, "Too many calls wait for your jobs; try again"), COME_BACK_AFTER);
    }

    private boolean add(JobWatcher watcher) {
        watchers.add(watcher);
        return running || !remove(watcher);
    }

    private boolean remove(JobWatcher watcher) {
        boolean removed = watchers.remove(watcher);
        if (removed) {
            slots.leave(watcher.job().tenant());
        }
        return removed;
    }

    /** Of those who wait or stream on this replica. */
    int count() {
        return watchers.size();
    }

    private static boolean isOver(JobView job) {
        return job.completedAt() != null;
    }

    /** @return false: what is left waits for the next half second */
    boolean pass() {
        if (watchers.isEmpty()) {
            watchedJobs.watch(Set.of());
            return false;
        }
        List<JobWatcher> present = List.copyOf(watchers);
        Set<OwnedJob> watched = present.stream().map(JobWatcher::job).collect(Collectors.toSet());
        Map<GenerationId, Glance> glances = glance(watched);
        List<JobWatcher> due = present.stream()
                .filter(watcher -> watcher.isDue(glances.get(watcher.job().id())))
                .toList();
        showAll(due, JobWatcher::show);
        present.forEach(JobWatcher::stillThere);
        watchedJobs.watch(watched);
        if (System.nanoTime() - callersSeenAtNanos > LOOK_AT_CALLERS_AFTER.toNanos()) {
            dropCallers(present);
            callersSeenAtNanos = System.nanoTime();
        }
        return false;
    }

    /** Those who seem to have hung up, and those whose key was revoked, has expired, or is of a suspended tenant. */
    private void dropCallers(List<JobWatcher> present) {
        Set<Remote> closing =
                connections.closing(present.stream().map(JobWatcher::remote).collect(Collectors.toSet()));
        present.stream().filter(watcher -> closing.contains(watcher.remote())).forEach(JobWatcher::callerCloses);
        try {
            Set<KeyId> usable =
                    keys.usable(present.stream().map(JobWatcher::key).collect(Collectors.toSet()));
            present.stream()
                    .filter(watcher -> !usable.contains(watcher.key()) && remove(watcher))
                    .forEach(JobWatcher::refuse);
        } catch (DataAccessException | TransactionException away) {
            log.warn("watchers' keys not read: {}", away.getMessage());
        }
    }

    private Map<GenerationId, Glance> glance(Set<OwnedJob> watched) {
        try {
            return stored.glance(watched).stream().collect(Collectors.toMap(Glance::id, glance -> glance));
        } catch (DataAccessException | TransactionException away) {
            log.warn("watched jobs not read: {}", away.getMessage());
            return Map.of();
        }
    }

    private interface Showing {
        void show(JobWatcher watcher, JobView job);
    }

    private void showAll(Collection<JobWatcher> due, Showing showing) {
        if (due.isEmpty()) {
            return;
        }
        Map<GenerationId, JobView> current = new HashMap<>();
        try {
            jobs.findEach(due.stream().map(JobWatcher::job).collect(Collectors.toSet()))
                    .forEach(job -> current.put(new GenerationId(job.id()), job));
        } catch (DataAccessException | TransactionException away) {
            log.warn("watched jobs not read, they are shown as they were: {}", away.getMessage());
        }
        due.forEach(watcher ->
                showing.show(watcher, current.getOrDefault(watcher.job().id(), watcher.lastSeen())));
    }

    @Override
    public void start() {
        running = true;
    }

    /** Before the web server stops: every waiting caller is answered, and no caller begins to wait. */
    @Override
    public void stop() {
        running = false;
        List<JobWatcher> last = List.copyOf(watchers);
        showAll(last, JobWatcher::end);
        last.forEach(this::remove);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public void destroy() {
        writers.shutdown();
    }
}
