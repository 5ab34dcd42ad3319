package io.klinggateway.webhook;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.TenantId;

/**
 * What a tenant is told of one of its jobs.
 *
 * @param key the tenant's key that made the request; it signs, even if it is revoked by now
 * @param url the tenant's, as it gave it
 * @param event {@code progress}, {@code completed} or {@code failed}
 * @param body JSON in the vendor's shape
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
public record JobWebhookMessage(
        GenerationId generation, TenantId tenant, KeyId key, String url, String event, byte[] body) {}
