package io.klinggateway.generation;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.support.Columns;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.DeliveryStatus;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Forgets webhooks some time after they have arrived or were given up. The jobs go on saying which of the two it was. */
@Component
class DeliveryRetention {

    private static final Logger log = LoggerFactory.getLogger(DeliveryRetention.class);
    private static final int MOST_AT_ONCE = 500;

    private static final String KEEP = """
            update generation g
               set webhook_status = over.status
              from unnest(:ids::uuid[], :statuses::text[]) as over (id, status)
             where g.id = over.id
            """;

    private final JdbcClient jdbc;
    private final Deliveries deliveries;
    private final TransactionOperations transactions;
    private final RetentionSettings settings;

    DeliveryRetention(
            JdbcClient jdbc, Deliveries deliveries, TransactionOperations transactions, RetentionSettings settings) {
        this.jdbc = jdbc;
        this.deliveries = deliveries;
        this.transactions = transactions;
        this.settings = settings;
    }

    /** @return whether more may be due */
    boolean pass() {
        int forgotten = transactions.execute(_ -> {
            Map<GenerationId, DeliveryStatus> over = deliveries.forget(settings.deliveries(), MOST_AT_ONCE);
            keep(List.copyOf(over.entrySet()));
            return over.size();
        });
        if (forgotten > 0) {
            log.info("deleted {} webhook deliveries that are over", forgotten);
        }
        return forgotten == MOST_AT_ONCE;
    }

    private void keep(List<Map.Entry<GenerationId, DeliveryStatus>> over) {
        jdbc.sql(KEEP)
                .param(
                        "ids",
                        Columns.of(over, UUID[]::new, entry -> entry.getKey().value()))
                .param(
                        "statuses",
                        Columns.of(
                                over, String[]::new, entry -> entry.getValue().wire()))
                .update();
    }
}
