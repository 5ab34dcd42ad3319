package io.klinggateway.generation;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.picture.Pictures;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.DeliveryStatus;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Erases one generation's request, images and webhook before their time. What was spent, and when, stays on record. */
@Component
public class Erasure {

    /** How many images there were is spend, and stays. */
    private static final String ERASE = """
            update generation
               set upstream_request = null, webhook_url = null, due_at = null, expired = expired or state = 'COMPLETED',
                   result_images = case when result_images is not null
                       then array_fill(''::text, array[cardinality(result_images)]) end
             where id = :id and completed_at is not null
            """;

    private static final String KEEP_STATUS = "update generation set webhook_status = :status where id = :id";

    private final JdbcClient jdbc;
    private final Pictures pictures;
    private final Deliveries deliveries;

    Erasure(JdbcClient jdbc, Pictures pictures, Deliveries deliveries) {
        this.jdbc = jdbc;
        this.pictures = pictures;
        this.deliveries = deliveries;
    }

    /**
     * In an operator's transaction. May be repeated. What the vendor has of it, the gateway cannot erase.
     *
     * @return false if there is none, or it has not ended
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean erase(GenerationId id) {
        Optional<DeliveryStatus> webhook = deliveries.erase(id); // before the generation, as whoever forgets them does
        boolean ended = jdbc.sql(ERASE).param("id", id.value()).update() == 1;
        if (ended) {
            pictures.erase(List.of(id));
            webhook.ifPresent(status -> jdbc.sql(KEEP_STATUS)
                    .param("status", status.wire())
                    .param("id", id.value())
                    .update());
        }
        return ended;
    }
}
