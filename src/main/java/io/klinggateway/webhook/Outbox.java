package io.klinggateway.webhook;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Deliveries of one kind: what is owed, and what came of it. Their tasks stand with db-scheduler. */
public interface Outbox {

    /** @return empty if nothing is owed any more; then no attempt follows */
    Optional<Owed> findOwed(UUID delivery);

    /**
     * Counts an attempt.
     *
     * @param status PENDING if another one follows
     * @param outcome the receiver's status or a kind of failure; nothing that the receiver said
     */
    void record(UUID delivery, DeliveryStatus status, String outcome);

    /**
     * A delivery that is to be attempted now.
     *
     * @param messageId the same at every attempt, so that a receiver can tell a repetition
     * @param name for the log, without its receiver
     * @param owner whose receivers it goes to: so many attempts at once for each
     * @param attempts that were made before
     * @param origin what it continues; null if it is in no trace
     */
    record Owed(
            DeliveryPayload payload,
            String messageId,
            String name,
            TenantId owner,
            int attempts,
            @Nullable EndOfJob origin) {

        /** @param traceparent where the generation ended, in its trace (W3C); null if it is in none */
        record EndOfJob(GenerationId generation, @Nullable String traceparent) {}
    }
}
