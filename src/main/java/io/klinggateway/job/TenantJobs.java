package io.klinggateway.job;

import io.klinggateway.apiframe.UpstreamJob;
import io.klinggateway.credits.Credits;
import io.klinggateway.generation.AdmissionRepository;
import io.klinggateway.generation.Estimate;
import io.klinggateway.generation.IdempotencyKey;
import io.klinggateway.generation.JobView;
import io.klinggateway.image.ImageRequest;
import io.klinggateway.image.ImageRequestReader;
import io.klinggateway.image.PriceList;
import io.klinggateway.job.Jobs.FoundJob;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.queue.Place;
import io.klinggateway.queue.QueueForecast;
import io.klinggateway.queue.QueueForecast.TeamQueue;
import io.klinggateway.support.PageCursor;
import io.klinggateway.tenant.Caller;
import io.klinggateway.webhook.WebhookUrlPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What a tenant can do with jobs, for a caller inside the gateway; by the same rules and in the same words as the API. */
@Component
public class TenantJobs {

    private final Jobs jobs;
    private final Submission submission;
    private final ImageRequestReader reader;
    private final PriceList prices;
    private final WebhookUrlPolicy webhookUrls;
    private final AdmissionRepository admissions;
    private final Cancellation cancellation;
    private final QueueForecast forecast;

    TenantJobs(
            Jobs jobs,
            Submission submission,
            ImageRequestReader reader,
            PriceList prices,
            WebhookUrlPolicy webhookUrls,
            AdmissionRepository admissions,
            Cancellation cancellation,
            QueueForecast forecast) {
        this.jobs = jobs;
        this.submission = submission;
        this.reader = reader;
        this.prices = prices;
        this.webhookUrls = webhookUrls;
        this.admissions = admissions;
        this.cancellation = cancellation;
        this.forecast = forecast;
    }

    /** @param nextCursor where the next page begins; null at the end */
    public record JobPage(List<JobView> jobs, @Nullable String nextCursor) {}

    /**
     * Newest first.
     *
     * @param status null for all
     * @param cursor a page's nextCursor; anything else begins at the top
     */
    public JobPage list(TenantId tenant, UpstreamJob.@Nullable Status status, @Nullable String cursor, int limit) {
        PageCursor before = cursor == null ? null : PageCursor.decode(cursor).orElse(null);
        Jobs.Page page = jobs.list(tenant, new JobFilter(status, null), before, limit);
        return new JobPage(page.jobs(), page.nextCursor());
    }

    /** Somebody else's job is none. */
    public Optional<JobView> find(TenantId tenant, UUID id) {
        return jobs.find(tenant, new GenerationId(id)).map(FoundJob::view);
    }

    /**
     * A job and where it stands.
     *
     * @param place null if it does not wait in the queue, and cannot be cancelled any more
     */
    public record PlacedJob(JobView job, @Nullable Place place) {}

    /** Somebody else's job is none. */
    public Optional<PlacedJob> findWithPlace(TenantId tenant, UUID id) {
        GenerationId generation = new GenerationId(id);
        return jobs.find(tenant, generation)
                .map(found -> new PlacedJob(
                        found.view(), found.waiting() ? forecast.of(tenant, found.key(), generation) : null));
    }

    /** What the tenant has waiting and running. */
    public TeamQueue queue(TenantId tenant) {
        return forecast.ofTeam(tenant);
    }

    /**
     * Cancels a job that waits in the queue. May be repeated: what is cancelled stays so.
     *
     * @throws ProblemException if it is not the tenant's, or was sent, or has ended otherwise
     */
    public void cancel(TenantId tenant, UUID id) {
        cancellation.cancel(tenant, new GenerationId(id));
    }

    /**
     * What a request would cost, and what there is to pay it with. Counts as no request.
     *
     * @param body as it would be posted
     */
    public Price price(Caller caller, byte[] body) {
        ImageRequest request = reader.read(body);
        webhookUrls.check(request.webhookUrl());
        Estimate estimate = admissions.available(caller);
        return new Price(prices.quote(request).credits(), estimate.available(), estimate.resetsAt());
    }

    /** @param available what the key may hold now */
    public record Price(
            Credits credits, Credits available, @Nullable Instant resetsAt) {

        public boolean affordable() {
            return credits.compareTo(available) <= 0;
        }
    }

    /**
     * Starts a job.
     *
     * @param body as it would be posted
     * @param idempotencyKey makes the call repeatable
     */
    public UUID submit(Caller caller, byte[] body, String idempotencyKey) {
        return submission
                .submit(caller, reader.read(body), new IdempotencyKey(idempotencyKey), _ -> {})
                .id()
                .value();
    }
}
