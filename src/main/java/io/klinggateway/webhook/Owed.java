package io.klinggateway.webhook;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that is to be attempted now.
 *
 * @param messageId the same at every attempt, so that a receiver can tell a repetition
 * @param name for the log, without its receiver
 * @param owner whose receivers it goes to: so many attempts at once for each
 * @param attempts that were made before
 * @param origin what it continues; null if it is in no trace
 */
public record Owed(
        Parcel parcel,
        String messageId,
        String name,
        TenantId owner,
        int attempts,
        @Nullable EndOfJob origin) {

    /** @param traceparent where the generation ended, in its trace (W3C); null if it is in none */
    public record EndOfJob(
            GenerationId generation, @Nullable String traceparent) {}
}
