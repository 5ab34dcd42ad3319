package io.klinggateway.simulator;

/** The states of a job, by the names that stand on the wire. */
public enum JobStatus {
    QUEUED,
    PROCESSING,
    COMPLETED,
    FAILED,
    CANCELLED;

    public boolean isTerminal() {
        return this != QUEUED && this != PROCESSING;
    }
}
