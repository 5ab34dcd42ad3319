package io.klinggateway.generation;

import io.klinggateway.generation.GenerationRepository.Owned;
import io.klinggateway.image.ImageRequest;
import io.klinggateway.image.ImageRequestJson;
import io.klinggateway.image.WebhookEvent;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.DeliveryStatus;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** A tenant's jobs, from the database alone: the vendor is never asked for a reader. */
@Component
class Jobs {

    private static final int LANES = 4;
    private static final int MOST_IN_BATCH = 100;

    private final GenerationRepository generations;
    private final Batches<Owned, Optional<StoredJob>> finds;
    private final Deliveries deliveries;
    private final ImageRequestJson json;

    Jobs(GenerationRepository generations, Deliveries deliveries, ImageRequestJson json, GenerationMeters meters) {
        this.generations = generations;
        this.finds = new Batches<>(LANES, MOST_IN_BATCH, generations::find);
        this.deliveries = deliveries;
        this.json = json;
        meters.watch("read", finds);
    }

    Optional<JobView> find(TenantId tenant, GenerationId id) {
        return finds.run(id, new Owned(tenant, id))
                .map(job -> views(List.of(job)).getFirst());
    }

    /** Those that exist and belong to whom they are asked for; for callers that were promised each of them. */
    List<JobView> findEach(Collection<Owned> jobs) {
        return views(generations.findEach(jobs));
    }

    /** @param before where the last page ended; null for the first */
    Page list(TenantId tenant, JobFilter filter, @Nullable JobCursor before, int limit) {
        List<StoredJob> found = generations.list(tenant, filter, before, limit + 1);
        List<StoredJob> shown = found.subList(0, Math.min(limit, found.size()));
        boolean hasMore = found.size() > limit;
        return new Page(views(shown), hasMore ? JobCursor.after(shown.getLast()).encode() : null, hasMore);
    }

    record Page(List<JobView> jobs, @Nullable String nextCursor, boolean hasMore) {

        static final Page EMPTY = new Page(List.of(), null, false);
    }

    private List<JobView> views(List<StoredJob> jobs) {
        Map<GenerationId, DeliveryStatus> deliveryStatuses = deliveries.statuses(jobs.stream()
                .filter(StoredJob::mayHaveDelivery)
                .map(StoredJob::id)
                .toList());
        return jobs.stream()
                .map(job -> view(job, deliveryStatuses.get(job.id())))
                .toList();
    }

    /** @param delivery of the news of the job's end; null if it is still open, or nobody wants to know */
    JobView view(StoredJob job, @Nullable DeliveryStatus delivery) {
        List<String> images = job.images();
        boolean completed = job.status().equals("COMPLETED");
        return new JobView(
                job.id().value(),
                job.status(),
                ImageRequest.MODEL,
                job.progress(),
                completed ? new JobView.Result(images == null ? List.of() : images) : null,
                // An open job's error is a note to the operators.
                job.completedAt() == null ? null : job.error(),
                job.cost(),
                webhookStatus(job, delivery),
                job.createdAt().truncatedTo(ChronoUnit.MILLIS),
                job.completedAt() == null ? null : job.completedAt().truncatedTo(ChronoUnit.MILLIS),
                input(job),
                job.expired());
    }

    private static @Nullable String webhookStatus(StoredJob job, @Nullable DeliveryStatus delivery) {
        if (job.completedAt() == null) {
            return job.wants("completed") || job.wants("failed") ? DeliveryStatus.PENDING.wire() : null;
        }
        return delivery == null ? job.webhookStatus() : delivery.wire();
    }

    /** @return null once it is erased */
    private @Nullable String input(StoredJob job) {
        List<String> events = job.webhookEvents();
        byte[] sent = job.upstreamRequest();
        if (sent == null) {
            return null;
        }
        ImageRequest request = json.read(sent)
                .withWebhook(
                        job.webhookUrl(),
                        events == null
                                ? null
                                : events.stream()
                                        .map(event -> WebhookEvent.valueOf(event.toUpperCase(Locale.ROOT)))
                                        .toList());
        return new String(json.write(request), StandardCharsets.US_ASCII);
    }
}
