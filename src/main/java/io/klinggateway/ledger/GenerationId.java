package io.klinggateway.ledger;

import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Identifies a generation, and with it a hold. Tenants know it as {@code jobId}. */
public record GenerationId(UUID value) {

    private static final long VERSION_7 = 0x7000L;
    private static final long VARIANT_RFC_9562 = 0x8000_0000_0000_0000L;

    /**
     * A new UUIDv7: its milliseconds lead, so that rows made together lie together. Unique whatever the clock says; it
     * grants no access, so its random bits need not be secret.
     */
    public static GenerationId next(Clock clock) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = clock.millis() << 16 | VERSION_7 | random.nextInt(1 << 12);
        long low = VARIANT_RFC_9562 | random.nextLong() >>> 2;
        return new GenerationId(new UUID(high, low));
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
