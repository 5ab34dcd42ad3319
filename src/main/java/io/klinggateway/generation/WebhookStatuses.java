package io.klinggateway.generation;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.support.Columns;
import io.klinggateway.webhook.DeliveryStatus;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** What webhooks came to whose deliveries are not on record any more: their jobs go on saying it. */
@Repository
class WebhookStatuses {

    private static final String KEEP = """
            update generation g
               set webhook_status = over.status
              from unnest(:ids::uuid[], :statuses::text[]) as over (id, status)
             where g.id = over.id
            """;

    private final JdbcClient jdbc;

    WebhookStatuses(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** In the transaction that deletes the deliveries. */
    void keep(Map<GenerationId, DeliveryStatus> over) {
        if (over.isEmpty()) {
            return;
        }
        List<Map.Entry<GenerationId, DeliveryStatus>> all = List.copyOf(over.entrySet());
        jdbc.sql(KEEP)
                .param(
                        "ids",
                        Columns.of(all, UUID[]::new, entry -> entry.getKey().value()))
                .param(
                        "statuses",
                        Columns.of(all, String[]::new, entry -> entry.getValue().wire()))
                .update();
    }
}
