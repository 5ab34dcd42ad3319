package io.klinggateway.queue;

/**
 * The vendor has the job, or it will be sent later.
 *
 * @param status as tenants see it
 * @param waits whether it waits in the queue
 */
public record Taken(String status, boolean waits) implements SubmissionResult {

    static final Taken SENT = new Taken("QUEUED", false);
    static final Taken WAITS = new Taken("QUEUED", true);
}
