package io.klinggateway.simulator;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The vendor's one account and its jobs: the truth that a gateway's books can be held against. With a data directory it
 * survives restarts and kills; what was answered is never forgotten. Thread-safe.
 */
public final class SimulatedVendor implements AutoCloseable {

    static final Duration IDEMPOTENCY_KEY_LIFE = Duration.ofHours(24);

    private final Clock clock;
    private final long startingCredits;
    private final Duration queuedFor;
    private final Duration processingFor;
    private final JsonMapper json;

    private final NavigableSet<SimulatedJob> newestFirst = new ConcurrentSkipListSet<>(SimulatedJob.NEWEST_FIRST);
    private final ConcurrentMap<UUID, SimulatedJob> byId = new ConcurrentHashMap<>();
    private final ConcurrentMap<UUID, WebhookStatus> webhooks = new ConcurrentHashMap<>();
    private final Set<UUID> purged = ConcurrentHashMap.newKeySet();
    private final Map<String, List<SimulatedJob>> byIdempotencyKey = new HashMap<>();
    private final Queue<SimulatedJob> refundsToCome = new PriorityQueue<>(Comparator.comparing(SimulatedJob::endsAt));
    private final @Nullable VendorLog log;
    private long chargedCredits;
    private long refundedCredits;

    /** @param dataDirectory where the state is kept, or null to keep it in memory only */
    SimulatedVendor(
            @Nullable Path dataDirectory,
            Clock clock,
            long startingCredits,
            Duration queuedFor,
            Duration processingFor,
            JsonMapper json) {
        this.clock = clock;
        this.startingCredits = startingCredits;
        this.queuedFor = queuedFor;
        this.processingFor = processingFor;
        this.json = json;
        var replayed = new ArrayList<JsonNode>();
        this.log = dataDirectory == null ? null : new VendorLog(dataDirectory, json, replayed::add);
        replayed.forEach(this::replay);
    }

    /** Deletes a job's images before their time; forgotten by a restart. */
    public void purge(UUID job) {
        purged.add(job);
    }

    boolean isPurged(SimulatedJob job) {
        return purged.contains(job.id());
    }

    Instant now() {
        return clock.instant();
    }

    /** Accepts, replays or refuses a valid request. An accepted job is on record before this returns. */
    synchronized Submission submit(ObjectNode input, @Nullable String idempotencyKey, UUID apiKeyId) {
        var now = now().truncatedTo(ChronoUnit.MILLIS);
        var earlier = idempotencyKey == null ? null : latestWith(idempotencyKey, now);
        if (earlier != null) {
            return earlier.input().equals(input) ? new Submission.Accepted(earlier, true) : new Submission.Conflict();
        }
        var required = SimulatedJob.priceCredits(input);
        if (required > availableCredits()) {
            return new Submission.InsufficientCredits(required, availableCredits());
        }
        var job = new SimulatedJob(UUID.randomUUID(), now, idempotencyKey, apiKeyId, queuedFor, processingFor, input);
        write(new LogEntry(job, null));
        add(job);
        return new Submission.Accepted(job, false);
    }

    private @Nullable SimulatedJob latestWith(String idempotencyKey, Instant now) {
        var jobs = byIdempotencyKey.getOrDefault(idempotencyKey, List.of());
        return jobs.isEmpty() || now.isAfter(jobs.getLast().createdAt().plus(IDEMPOTENCY_KEY_LIFE))
                ? null
                : jobs.getLast();
    }

    private void add(SimulatedJob job) {
        chargedCredits += job.priceCredits();
        if (job.refunded()) {
            refundsToCome.add(job);
        }
        if (job.idempotencyKey() != null) {
            byIdempotencyKey
                    .computeIfAbsent(job.idempotencyKey(), key -> new ArrayList<>())
                    .add(job);
        }
        if (job.input().has("webhookUrl")) {
            webhooks.put(job.id(), WebhookStatus.PENDING);
        }
        byId.put(job.id(), job);
        newestFirst.add(job);
    }

    public Optional<SimulatedJob> job(UUID id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** Every job ever accepted, newest first. */
    public Stream<SimulatedJob> jobs() {
        return newestFirst.stream();
    }

    Stream<SimulatedJob> jobsAfter(SimulatedJob job) {
        return newestFirst.tailSet(job, false).stream();
    }

    /** The jobs that were made under a key, oldest first. More than one only if the key had outlived its 24 hours. */
    public synchronized List<SimulatedJob> jobsByIdempotencyKey(String idempotencyKey) {
        return List.copyOf(byIdempotencyKey.getOrDefault(idempotencyKey, List.of()));
    }

    /** All that was ever taken for jobs, refunds not subtracted. */
    public synchronized long totalChargedCredits() {
        return chargedCredits;
    }

    /** All that went back for jobs that have ended FAILED or CANCELLED by now. */
    public synchronized long totalRefundedCredits() {
        refundWhatHasEnded();
        return refundedCredits;
    }

    public synchronized long availableCredits() {
        refundWhatHasEnded();
        return startingCredits - chargedCredits + refundedCredits;
    }

    private void refundWhatHasEnded() {
        var now = now();
        for (var next = refundsToCome.peek(); next != null && next.isRefundedAt(now); next = refundsToCome.peek()) {
            refundedCredits += next.priceCredits();
            refundsToCome.remove();
        }
    }

    @Nullable
    WebhookStatus webhookStatus(SimulatedJob job) {
        return webhooks.get(job.id());
    }

    synchronized void webhookEnded(SimulatedJob job, WebhookStatus status) {
        write(new LogEntry(null, new LogEntry.Webhook(job.id(), status)));
        webhooks.put(job.id(), status);
    }

    private void write(LogEntry entry) {
        if (log != null) {
            log.append(entry);
        }
    }

    private void replay(JsonNode line) {
        var entry = json.treeToValue(line, LogEntry.class);
        if (entry.job() != null) {
            add(entry.job());
        }
        if (entry.webhook() != null) {
            webhooks.put(entry.webhook().job(), entry.webhook().status());
        }
    }

    @Override
    public synchronized void close() {
        if (log != null) {
            log.close();
        }
    }

    /** One line of the log: exactly one of the two. */
    record LogEntry(@Nullable SimulatedJob job, @Nullable Webhook webhook) {
        record Webhook(UUID job, WebhookStatus status) {}
    }
}
