package io.klinggateway.generation;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.GenerationId;

/**
 * What a caller is told with a 202.
 *
 * @param status as tenants see it
 * @param waits whether it waits in the queue
 * @param remaining what the key may still spend
 */
public record AdmissionReceipt(
        GenerationId id, String status, boolean waits, boolean replayed, Credits cost, Credits remaining) {

    public AdmissionReceipt with(String status, boolean waits) {
        return new AdmissionReceipt(id, status, waits, replayed, cost, remaining);
    }
}
