package io.klinggateway.queue;

import io.klinggateway.credits.Credits;
import io.klinggateway.generation.VendorIdempotencyKey;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyId;
import org.jspecify.annotations.Nullable;

/**
 * A generation whose turn it is; its attempt is open and this replica's for the lease.
 *
 * @param acknowledged whether its caller has, or may have, a 202
 * @param vendorIdempotencyKey the vendor has one job for it, however often it is sent
 * @param probe whether it is sent to see if the vendor accepts the account again
 * @param overdue the vendor may soon forget the idempotency key: it must not be sent again
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
record ClaimedGeneration(
        GenerationId id,
        KeyId key,
        int attempt,
        boolean acknowledged,
        VendorIdempotencyKey vendorIdempotencyKey,
        byte[] upstreamRequest,
        String modelName,
        int images,
        Credits quoted,
        @Nullable String traceparent,
        boolean probe,
        boolean overdue) {}
