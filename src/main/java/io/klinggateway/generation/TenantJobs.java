package io.klinggateway.generation;

import io.klinggateway.apiframe.UpstreamJob;
import io.klinggateway.credits.Credits;
import io.klinggateway.image.ImageRequest;
import io.klinggateway.image.ImageRequestReader;
import io.klinggateway.image.PriceList;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.tenant.Caller;
import io.klinggateway.webhook.Receivers;
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
    private final Receivers receivers;
    private final GenerationRepository generations;

    TenantJobs(
            Jobs jobs,
            Submission submission,
            ImageRequestReader reader,
            PriceList prices,
            Receivers receivers,
            GenerationRepository generations) {
        this.jobs = jobs;
        this.submission = submission;
        this.reader = reader;
        this.prices = prices;
        this.receivers = receivers;
        this.generations = generations;
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
        JobCursor before = cursor == null ? null : JobCursor.decode(cursor).orElse(null);
        Jobs.Page page = jobs.list(tenant, new JobFilter(status, null), before, limit);
        return new JobPage(page.jobs(), page.nextCursor());
    }

    /** Somebody else's job is none. */
    public Optional<JobView> find(TenantId tenant, UUID id) {
        return jobs.find(tenant, new GenerationId(id));
    }

    /**
     * What a request would cost, and what there is to pay it with. Counts as no request.
     *
     * @param body as it would be posted
     */
    public Price price(Caller caller, byte[] body) {
        ImageRequest request = reader.read(body);
        receivers.check(request.webhookUrl());
        Estimate estimate = generations.available(caller);
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
