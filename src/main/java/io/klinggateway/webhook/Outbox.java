package io.klinggateway.webhook;

import java.util.Optional;
import java.util.UUID;

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
}
