package io.klinggateway.queue;

/**
 * The vendor has the job, or it will be sent later.
 *
 * @param status as tenants see it
 * @param waits whether it waits in the queue
 */
public record Acknowledged(String status, boolean waits) implements SubmissionResult {

    static final Acknowledged SENT = new Acknowledged("QUEUED", false);
    static final Acknowledged WAITS = new Acknowledged("QUEUED", true);
}
