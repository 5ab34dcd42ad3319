package io.klinggateway.webhook;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant is, or was, told of the end of a job.
 *
 * @param status PENDING while attempts follow, FAILED if none does any more
 * @param lastOutcome the receiver's status or a kind of failure; nothing that the receiver said
 */
public record Delivery(
        GenerationId generation,
        TenantId tenant,
        String url,
        String event,
        DeliveryStatus status,
        int attempts,
        @Nullable String lastOutcome,
        Instant createdAt,
        @Nullable Instant lastAttemptAt) {}
