package io.klinggateway.generation;

import io.klinggateway.image.ImageRequest;
import io.klinggateway.image.ImageRequestJson;
import io.klinggateway.image.WebhookEvent;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** A tenant's jobs, from the database alone: the vendor is never asked for a reader. */
@Component
class Jobs {

    private final GenerationRepository generations;
    private final ImageRequestJson json;

    Jobs(GenerationRepository generations, ImageRequestJson json) {
        this.generations = generations;
        this.json = json;
    }

    Optional<JobView> find(TenantId tenant, GenerationId id) {
        return generations.find(tenant, id).map(this::view);
    }

    /** @param before where the last page ended; null for the first */
    Page list(TenantId tenant, JobFilter filter, @Nullable JobCursor before, int limit) {
        List<StoredJob> found = generations.list(tenant, filter, before, limit + 1);
        List<StoredJob> shown = found.subList(0, Math.min(limit, found.size()));
        boolean hasMore = found.size() > limit;
        return new Page(
                shown.stream().map(this::view).toList(),
                hasMore ? JobCursor.after(shown.getLast()).encode() : null,
                hasMore);
    }

    record Page(List<JobView> jobs, @Nullable String nextCursor, boolean hasMore) {

        static final Page EMPTY = new Page(List.of(), null, false);
    }

    private JobView view(StoredJob job) {
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
                null,
                job.createdAt().truncatedTo(ChronoUnit.MILLIS),
                job.completedAt() == null ? null : job.completedAt().truncatedTo(ChronoUnit.MILLIS),
                input(job),
                job.expired());
    }

    private String input(StoredJob job) {
        List<String> events = job.webhookEvents();
        ImageRequest request = json.read(job.upstreamRequest())
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
