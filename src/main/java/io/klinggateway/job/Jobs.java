package io.klinggateway.job;

import io.klinggateway.generation.JobView;
import io.klinggateway.generation.JobViews;
import io.klinggateway.generation.StoredJob;
import io.klinggateway.job.JobRepository.OwnedJob;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.picturestore.PictureCopy;
import io.klinggateway.picturestore.Pictures;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.DeliveryStatus;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** A tenant's jobs, read from the database: reading never calls the vendor. */
@Component
class Jobs {

    private final JobRepository jobs;
    private final Deliveries deliveries;
    private final Pictures pictures;
    private final JobViews views;

    Jobs(JobRepository jobs, Deliveries deliveries, Pictures pictures, JobViews views) {
        this.jobs = jobs;
        this.deliveries = deliveries;
        this.pictures = pictures;
        this.views = views;
    }

    /** @param waiting whether it waits in the queue, where it may be cancelled */
    record FoundJob(JobView view, TenantId tenant, KeyId key, boolean waiting) {}

    Optional<FoundJob> find(TenantId tenant, GenerationId id) {
        return jobs.find(tenant, id)
                .map(job -> new FoundJob(views(List.of(job)).getFirst(), tenant, job.key(), job.waiting()));
    }

    /** Those of the jobs that exist, each if it is its tenant's; for callers that have a 202 for each of them. */
    List<JobView> findEach(Collection<OwnedJob> owned) {
        return views(jobs.findEach(owned));
    }

    /** @param before where the last page ended; null for the first */
    Page<JobView> list(TenantId tenant, JobFilter filter, @Nullable PageCursor before, int limit) {
        Page<StoredJob> page = Page.of(jobs.list(tenant, filter, before, limit + 1), limit, Jobs::cursor);
        return new Page<>(views(page.items()), page.nextCursor());
    }

    /** Newest first. */
    List<JobView> latest(TenantId tenant, String keyName, int most) {
        return views(jobs.latest(tenant, keyName, most));
    }

    private static String cursor(StoredJob last) {
        return new PageCursor(last.createdAt(), last.id().value()).encode();
    }

    private List<JobView> views(List<StoredJob> stored) {
        Map<GenerationId, DeliveryStatus> statuses = deliveries.statuses(stored.stream()
                .filter(StoredJob::mayHaveDelivery)
                .map(StoredJob::id)
                .toList());
        Map<GenerationId, List<PictureCopy>> copies = pictures.copies(stored.stream()
                .filter(job -> job.images() != null)
                .map(StoredJob::id)
                .toList());
        return stored.stream()
                .map(job -> views.view(job, statuses.get(job.id()), copies.getOrDefault(job.id(), List.of())))
                .toList();
    }
}
