package io.klinggateway.generation;

import io.klinggateway.credits.Credits;
import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.tenant.Caller;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks to be admitted.
 *
 * @param requestHash tells a replay from another request under the same idempotency key
 * @param vendorIdempotencyKey what the vendor is to know it by
 * @param upstreamRequest exactly the bytes that every attempt sends
 * @param traceparent where the call stands in its trace; null if it is in none
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
public record NewGeneration(
        GenerationId id,
        Caller caller,
        @Nullable IdempotencyKey idempotencyKey,
        ImageRequest request,
        Labels labels,
        Credits price,
        byte[] requestHash,
        VendorIdempotencyKey vendorIdempotencyKey,
        byte[] upstreamRequest,
        @Nullable String traceparent) {

    NewGeneration under(VendorIdempotencyKey otherKey, byte[] otherUpstreamRequest) {
        return new NewGeneration(
                id,
                caller,
                idempotencyKey,
                request,
                labels,
                price,
                requestHash,
                otherKey,
                otherUpstreamRequest,
                traceparent);
    }
}
