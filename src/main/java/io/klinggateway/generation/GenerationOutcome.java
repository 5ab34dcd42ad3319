package io.klinggateway.generation;

import io.klinggateway.apiframe.VendorJob;
import java.util.Locale;

/** How a generation ended, as it is counted and logged. */
enum GenerationOutcome {
    COMPLETED("completed"),
    /** At its tenant's or an operator's wish, while it waited. */
    CANCELLED("cancelled"),
    /** The vendor's job failed. */
    JOB_FAILED("failed"),
    /** The vendor's job was cancelled, which the gateway never asks for. */
    JOB_CANCELLED("cancelled"),
    /** The vendor refused the request, or the gateway's account. */
    REFUSED("refused"),
    WAITED_TOO_LONG("failed"),
    /** An operator gave up on it. */
    REVIEW_RELEASED("failed");

    private final String outcome;

    GenerationOutcome(String outcome) {
        this.outcome = outcome;
    }

    /** @throws IllegalArgumentException if the job has not ended */
    static GenerationOutcome of(VendorJob.Status ended) {
        return switch (ended) {
            case COMPLETED -> COMPLETED;
            case FAILED -> JOB_FAILED;
            case CANCELLED -> JOB_CANCELLED;
            case QUEUED, PROCESSING -> throw new IllegalArgumentException("a job that is " + ended + " has not ended");
        };
    }

    /** One of completed, failed, cancelled, refused. */
    String outcome() {
        return outcome;
    }

    /** Whether it has no images, and its tenant did not want it so. */
    boolean isFailure() {
        return this != COMPLETED && this != CANCELLED;
    }

    /** The label of its cause. */
    String cause() {
        return name().toLowerCase(Locale.ROOT);
    }
}
