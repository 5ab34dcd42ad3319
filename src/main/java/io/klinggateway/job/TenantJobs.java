package io.klinggateway.job;

import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.generation.IdempotencyKey;
import io.klinggateway.generation.JobView;
import io.klinggateway.generation.Labels;
import io.klinggateway.generation.Quote;
import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.imagerequest.ImageRequestReader;
import io.klinggateway.imagerequest.RequestWarning;
import io.klinggateway.job.Jobs.FoundJob;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.queue.QueueForecast;
import io.klinggateway.queue.QueueForecast.TeamQueue;
import io.klinggateway.queue.QueuePosition;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.tenant.Caller;
import io.klinggateway.webhook.WebhookUrlPolicy;
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
    private final WebhookUrlPolicy webhookUrls;
    private final Quotes quotes;
    private final JobCancellation cancellation;
    private final QueueForecast forecast;

    TenantJobs(
            Jobs jobs,
            Submission submission,
            ImageRequestReader reader,
            WebhookUrlPolicy webhookUrls,
            Quotes quotes,
            JobCancellation cancellation,
            QueueForecast forecast) {
        this.jobs = jobs;
        this.submission = submission;
        this.reader = reader;
        this.webhookUrls = webhookUrls;
        this.quotes = quotes;
        this.cancellation = cancellation;
        this.forecast = forecast;
    }

    /**
     * Newest first.
     *
     * @param status null for all
     * @param labels those that a job must all have
     * @param cursor a page's nextCursor; anything else begins at the top
     */
    public Page<JobView> list(
            TenantId tenant, VendorJob.@Nullable Status status, Labels labels, @Nullable String cursor, int limit) {
        PageCursor before = cursor == null ? null : PageCursor.decode(cursor).orElse(null);
        return jobs.list(tenant, new JobFilter(status, null, labels), before, limit);
    }

    /** The newest jobs of the caller's key, and of those that had its name before it. */
    public List<JobView> latest(Caller caller, int most) {
        return jobs.latest(caller.tenant().id(), caller.keyName(), most);
    }

    /** Another tenant's job is none. */
    public Optional<JobView> find(TenantId tenant, UUID id) {
        return jobs.find(tenant, new GenerationId(id)).map(FoundJob::view);
    }

    /**
     * A job and where it stands.
     *
     * @param place null if it does not wait in the queue, and cannot be cancelled any more
     */
    public record PlacedJob(JobView job, @Nullable QueuePosition place) {}

    /** Another tenant's job is none. */
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
     * What a request would cost, and what there is to pay it with. Counts as no request, and leaves the queue out of
     * account.
     *
     * @param body as it would be posted
     */
    public Quote quote(Caller caller, byte[] body) {
        return quotes.quoteUncounted(caller, read(body));
    }

    /**
     * What may disappoint in a request, in words; nothing if it is not valid.
     *
     * @param body as it would be posted, or as it was
     */
    public List<String> warnings(byte[] body) {
        try {
            return RequestWarning.of(read(body)).stream()
                    .map(RequestWarning::sentence)
                    .toList();
        } catch (RuntimeException invalid) {
            return List.of();
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
                .submit(caller, read(body), new IdempotencyKey(idempotencyKey), Labels.NONE, _ -> {})
                .id()
                .value();
    }

    private ImageRequest read(byte[] body) {
        return reader.read(body, webhookUrls::brokenRule);
    }
}
