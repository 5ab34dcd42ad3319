package io.klinggateway.generation;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.picturestore.Pictures;
import io.klinggateway.support.Columns;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.SqlTimes;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.DeliveryStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Erases generations' requests, images and webhooks before their time. What was spent, and when, stays on record. */
@Component
public class Erasure {

    /** How many images there were is spend, and stays. The vendor's error may repeat the prompt. */
    private static final String ERASE = """
            update generation
               set upstream_request = null, webhook_url = null, asked_by = null, error = null, due_at = null,
                   expired = expired or state = 'COMPLETED',
                   result_images = case when result_images is not null
                       then array_fill(''::text, array[cardinality(result_images)]) end
             where id = any(:ids) and completed_at is not null
               and (upstream_request is not null or webhook_url is not null or due_at is not null
                    or error is not null or array_to_string(result_images, '') <> '')
            """;

    private static final String ENDED =
            "select exists (select from generation where id = :id and completed_at is not null)";

    /** Locks none: their deliveries are locked first, and by whoever forgets those, too. */
    private static final String WITH_REQUEST = """
            select id from generation
             where tenant_id = :tenant and upstream_request is not null and completed_at >= :endedFrom
               and completed_at <= (select gateway_now() - make_interval(secs => :rest)) and created_at <= :until
             order by completed_at limit :most
            """;

    /** Those that have ended. */
    private static final String WALK = """
            select id, created_at from generation
             where tenant_id = :tenant and acknowledged and (created_at, id) > (:walkedTime, :walkedId) and created_at <= :until
               and completed_at is not null
               and (upstream_request is null or completed_at <= (select gateway_now() - make_interval(secs => :rest)))
             order by created_at, id limit :most
            """;

    /** For so long after its end a job is left alone, so that its webhook goes out, where a whole team's are erased. */
    public static final Duration REST = Duration.ofSeconds(50);

    private final JdbcClient jdbc;
    private final Pictures pictures;
    private final Deliveries deliveries;
    private final WebhookStatuses webhooks;

    Erasure(JdbcClient jdbc, Pictures pictures, Deliveries deliveries, WebhookStatuses webhooks) {
        this.jdbc = jdbc;
        this.pictures = pictures;
        this.deliveries = deliveries;
        this.webhooks = webhooks;
    }

    /**
     * In an operator's transaction. May be repeated. What the vendor has of it, the gateway cannot erase.
     *
     * @return false if there is none, or it has not ended
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean erase(GenerationId id) {
        boolean ended =
                jdbc.sql(ENDED).param("id", id.value()).query(Boolean.class).single();
        if (ended) {
            erase(List.of(id));
        }
        return ended;
    }

    /**
     * The same for those of a tenant's generations that were made until then, ended {@link #REST} ago and still have their
     * requests.
     *
     * @param endedFrom before that none of them has ended
     * @return how many, at most {@code most}
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public int eraseRequests(TenantId tenant, Instant until, Instant endedFrom, int most) {
        List<GenerationId> found = jdbc.sql(WITH_REQUEST)
                .param("tenant", tenant.value())
                .param("until", SqlTimes.timestamp(until))
                .param("endedFrom", SqlTimes.timestamp(endedFrom))
                .param("rest", REST.toSeconds())
                .param("most", most)
                .query((row, _) -> new GenerationId(row.getObject("id", UUID.class)))
                .list();
        erase(found);
        return found.size();
    }

    /**
     * Goes along a tenant's jobs, the oldest first, and erases what is left of those whose requests are gone. Passes those
     * that are open.
     *
     * @param from where it stopped before
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Walked eraseRest(TenantId tenant, Instant until, PageCursor from, int most) {
        List<PageCursor> found = jdbc.sql(WALK)
                .param("tenant", tenant.value())
                .param("until", SqlTimes.timestamp(until))
                .param("walkedTime", SqlTimes.timestamp(from.createdAt()))
                .param("walkedId", from.id())
                .param("rest", REST.toSeconds())
                .param("most", most)
                .query((row, _) -> new PageCursor(SqlTimes.instant(row, "created_at"), row.getObject("id", UUID.class)))
                .list();
        int erased = erase(found.stream().map(job -> new GenerationId(job.id())).toList());
        return new Walked(found.isEmpty() ? from : found.getLast(), erased, found.size() < most);
    }

    /**
     * How far a walk has come.
     *
     * @param erased at how many jobs there was something left
     * @param atEnd whether it cannot go further now
     */
    public record Walked(PageCursor to, int erased, boolean atEnd) {}

    private int erase(List<GenerationId> ids) {
        if (ids.isEmpty()) {
            return 0;
        }
        Map<GenerationId, DeliveryStatus> told =
                deliveries.erase(ids); // before the generations, as whoever forgets them does
        int erased = jdbc.sql(ERASE)
                .param("ids", Columns.of(ids, UUID[]::new, GenerationId::value))
                .update();
        pictures.erase(ids);
        webhooks.keep(told);
        return erased;
    }
}
