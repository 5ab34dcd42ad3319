package io.klinggateway.generation;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * What the vendor knows a generation by: the idempotency key of all its attempts. A call that its caller may repeat always has
 * the same, so that even a gateway whose books have lost the first call makes no second job of the next: the vendor answers it
 * with the first, as long as it remembers the key (apiframe: 24 hours).
 */
public record VendorIdempotencyKey(UUID value) {

    private static final int VERSION_8 = 0x80;
    private static final int VARIANT_RFC_9562 = 0x80;

    static VendorIdempotencyKey of(GenerationId id) {
        return new VendorIdempotencyKey(id.value());
    }

    /**
     * @param requestHash a caller may use its key anew, for another request, once the first was refused
     * @param round counts the refusals of the same request: the vendor may answer a key with its first answer for long
     */
    static VendorIdempotencyKey of(TenantId tenant, IdempotencyKey key, byte[] requestHash, int round) {
        // No key has a blank in it.
        byte[] name = (round == 0 ? key.value() : key.value() + " " + round).getBytes(StandardCharsets.US_ASCII);
        byte[] digest = Sha256.of(ByteBuffer.allocate(2 * Long.BYTES + requestHash.length + name.length)
                .putLong(tenant.value().getMostSignificantBits())
                .putLong(tenant.value().getLeastSignificantBits())
                .put(requestHash)
                .put(name)
                .array());
        digest[6] = (byte) ((digest[6] & 0x0F) | VERSION_8);
        digest[8] = (byte) ((digest[8] & 0x3F) | VARIANT_RFC_9562);
        ByteBuffer bytes = ByteBuffer.wrap(digest);
        return new VendorIdempotencyKey(new UUID(bytes.getLong(), bytes.getLong()));
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
