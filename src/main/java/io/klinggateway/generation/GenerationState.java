package io.klinggateway.generation;

/**
 * Where a generation is between request and end. The database refuses a change that {@code generation_may_become} does not
 * list; what a tenant sees of each is {@code generation_status}.
 */
public enum GenerationState {
    /** In the queue; no attempt has reached the vendor. It may still be cancelled. */
    WAITING,
    /** An attempt is open, or an earlier one may have reached the vendor: it is repeated until the vendor answers. */
    SENDING,
    /** The vendor has the job and has not begun. */
    QUEUED,
    /** The vendor works on it. */
    PROCESSING,
    COMPLETED,
    FAILED,
    CANCELLED,
    /** Only an operator can end it; its credits stay held. */
    IN_REVIEW
}
