package io.klinggateway.generation;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.Deadline;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.credits.Credits;
import io.klinggateway.generation.VendorCallbackUrls.Subject;
import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.imagerequest.ImageRequestJson;
import io.klinggateway.imagerequest.PriceList;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.SqlTimes;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Puts jobs that the vendor has, and the books have lost, into the books of the tenant that they were made for. */
@Component
public class LostJobBooking {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String UNKNOWN_MODEL = "unknown";

    /** Ids are UUIDv7; what is derived from a caller's key is UUIDv8. */
    private static final int VERSION_OF_IDS = 7;

    private static final String OPEN_UNDER_KEY = """
            select id from generation
             where tenant_id = :tenant and upstream = :upstream and captured_credits is null and upstream_job_id is null
               and coalesce(vendor_idempotency_key, id) = :key
            """;

    private static final String NEWEST_SENT = """
            select upstream_job_id, upstream_request from generation
             where upstream = :upstream and upstream_job_id is not null and upstream_request is not null
             order by id desc limit 1
            """;

    private static final String NEWEST_KNOWN = """
            select upstream_job_id from generation
             where upstream = :upstream and upstream_job_id is not null
               and created_at > cast(:moment as timestamptz) - interval '2 days'
               and missing_since is null and state <> 'IN_REVIEW'
             order by id desc limit 1
            """;

    private static final String BOOK = """
            select book_generation(:id, :tenant, :upstream, :key, :job, :model, :images, :credits, :request, :createdAt,
                                   :actor, :reason)
              from budget where tenant_id = :tenant
            """;

    private final JdbcClient jdbc;
    private final Apiframe apiframe;
    private final VendorCallbackUrls callbacks;
    private final ImageRequestJson json;
    private final PriceList prices;
    private final Generations generations;
    private final Clock clock;

    LostJobBooking(
            JdbcClient jdbc,
            Apiframe apiframe,
            VendorCallbackUrls callbacks,
            ImageRequestJson json,
            PriceList prices,
            Generations generations,
            Clock clock) {
        this.jdbc = jdbc;
        this.apiframe = apiframe;
        this.callbacks = callbacks;
        this.json = json;
        this.prices = prices;
        this.generations = generations;
        this.clock = clock;
    }

    /**
     * Whose job it is, by the URL of ours that its request carries.
     *
     * @return empty if the vendor shows no request, or one without such a URL
     */
    public Optional<Subject> subject(VendorJob job) {
        return request(job).flatMap(callbacks::subject);
    }

    /** The newest job in the books whose request carried a URL of ours: whether the vendor shows it tells what it shows of others. */
    public Optional<VendorJobId> traced() {
        return jdbc.sql(NEWEST_SENT)
                .param("upstream", apiframe.upstream())
                .query((row, _) -> Map.entry(
                        new VendorJobId(row.getObject("upstream_job_id", UUID.class)),
                        row.getBytes("upstream_request")))
                .optional()
                .filter(sent -> callbacks.subject(json.read(sent.getValue())).isPresent())
                .map(Map.Entry::getKey);
    }

    /** The newest job in the books, if it is not so much older than the moment that the vendor might have forgotten it. */
    public Optional<VendorJobId> newest(Instant moment) {
        return jdbc.sql(NEWEST_KNOWN)
                .param("upstream", apiframe.upstream())
                .param("moment", SqlTimes.timestamp(moment))
                .query(UUID.class)
                .optional()
                .map(VendorJobId::new);
    }

    /** Whether requests carry a URL of ours at all. */
    public boolean carryTraces() {
        return callbacks.enabled();
    }

    /**
     * Gives the job to the generation that it was made for, if that is in the books and has none. May be repeated.
     *
     * @return whether there is one
     */
    public boolean giveBack(Subject subject, VendorJob job) {
        Optional<GenerationId> known = jdbc.sql(OPEN_UNDER_KEY)
                .param("tenant", subject.tenant().value())
                .param("upstream", apiframe.upstream())
                .param("key", subject.key().value())
                .query((row, _) -> new GenerationId(row.getObject("id", UUID.class)))
                .optional();
        return known.isPresent() && generations.accepted(known.get(), job.id(), Deadline.in(PATIENCE));
    }

    /** @return empty if it cannot be told yet what the vendor takes for it */
    public Optional<Credits> cost(VendorJob job) {
        Credits charged = job.charged();
        if (charged != null && !charged.isZero()) {
            return Optional.of(charged);
        }
        return request(job)
                .map(prices::price)
                .or(() -> Optional.of(job.images().size())
                        .filter(images -> images > 0)
                        .map(images -> new Credits((long) images * PriceList.CREDITS_PER_IMAGE)));
    }

    /**
     * Books the job as a generation of the tenant's, in the periods in which the vendor made it, whatever is left there. A job
     * that is open is tracked from now on like any other; settle one that has ended.
     *
     * @param key what its attempts were sent as; null if that is not known
     * @return empty if the job is in the books already, the tenant has no budget, or the cost is not known
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<GenerationId> book(
            TenantId tenant, @Nullable VendorIdempotencyKey key, VendorJob job, String actor, String reason) {
        Optional<Credits> cost = cost(job);
        if (cost.isEmpty()) {
            return Optional.empty();
        }
        Optional<ImageRequest> request = request(job);
        GenerationId id = key != null && key.value().version() == VERSION_OF_IDS
                ? new GenerationId(key.value())
                : GenerationId.next(clock);
        Instant createdAt = job.createdAt();
        return jdbc.sql(BOOK)
                .param("id", id.value())
                .param("tenant", tenant.value())
                .param("upstream", apiframe.upstream())
                .param("key", key == null || key.value().equals(id.value()) ? null : key.value(), Types.OTHER)
                .param("job", job.id().value())
                .param("model", request.map(asked -> asked.modelName().wire()).orElse(UNKNOWN_MODEL))
                .param("images", images(request, cost.get()))
                .param("credits", cost.get().amount())
                .param(
                        "request",
                        request.map(asked -> json.write(asked.withWebhook(null, null)))
                                .orElse(null),
                        Types.BINARY)
                .param("createdAt", SqlTimes.timestamp(createdAt == null ? clock.instant() : createdAt))
                .param("actor", actor)
                .param("reason", reason)
                .query(Boolean.class)
                .optional()
                .filter(Boolean::booleanValue)
                .map(_ -> id);
    }

    private static int images(Optional<ImageRequest> request, Credits cost) {
        return request.map(ImageRequest::imageCount)
                .orElse(Math.toIntExact(Math.max(1, cost.amount() / PriceList.CREDITS_PER_IMAGE)));
    }

    private Optional<ImageRequest> request(VendorJob job) {
        return Optional.ofNullable(job.input()).flatMap(json::parse);
    }
}
