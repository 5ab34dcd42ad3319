package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.webhook.Deliveries;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Webhooks that are tried again. */
@Component
public class DeliveryOperations {

    private final Deliveries deliveries;
    private final AuditLog audit;

    DeliveryOperations(Deliveries deliveries, AuditLog audit) {
        this.deliveries = deliveries;
        this.audit = audit;
    }

    /** Tries a delivery now, and begins its series of attempts anew. */
    @Transactional
    public void retry(Operator operator, GenerationId generation) {
        if (!deliveries.retry(generation)) {
            throw noDelivery();
        }
        audit.record(operator, new Action("webhook.retry", null, generation.toString(), null), null, null);
    }

    static RuntimeException noDelivery() {
        return Refusals.notFound("There is no failing delivery of that generation");
    }
}
