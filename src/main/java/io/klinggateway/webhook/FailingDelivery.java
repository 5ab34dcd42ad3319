package io.klinggateway.webhook;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that did not succeed, as operators see it.
 *
 * @param status PENDING while attempts follow, FAILED if none does
 * @param lastOutcome the receiver's status or a kind of failure; nothing that the receiver said
 */
public record FailingDelivery(
        GenerationId generation,
        TenantId tenant,
        String url,
        String event,
        DeliveryStatus status,
        int attempts,
        @Nullable String lastOutcome,
        Instant createdAt,
        @Nullable Instant lastAttemptAt) {}
