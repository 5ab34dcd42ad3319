package io.klinggateway.generation;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.DeliveryStatus;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Forgets webhooks some time after they have arrived or were given up. The jobs go on saying which of the two it was. */
@Component
class DeliveryRetention {

    private static final Logger log = LoggerFactory.getLogger(DeliveryRetention.class);
    private static final int MOST_AT_ONCE = 500;

    private final Deliveries deliveries;
    private final WebhookStatuses webhooks;
    private final TransactionOperations transactions;
    private final RetentionSettings settings;

    DeliveryRetention(
            Deliveries deliveries,
            WebhookStatuses webhooks,
            TransactionOperations transactions,
            RetentionSettings settings) {
        this.deliveries = deliveries;
        this.webhooks = webhooks;
        this.transactions = transactions;
        this.settings = settings;
    }

    /** @return whether more may be due */
    boolean pass() {
        int forgotten = transactions.execute(_ -> {
            Map<GenerationId, DeliveryStatus> over = deliveries.forget(settings.deliveries(), MOST_AT_ONCE);
            webhooks.keep(over);
            return over.size();
        });
        if (forgotten > 0) {
            log.info("deleted {} webhook deliveries that are over", forgotten);
        }
        return forgotten == MOST_AT_ONCE;
    }
}
