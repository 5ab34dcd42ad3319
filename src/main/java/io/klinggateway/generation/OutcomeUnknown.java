package io.klinggateway.generation;

/** The database was lost in the middle of a COMMIT and did not come back in time: it may have committed, or not. */
public final class OutcomeUnknown extends RuntimeException {

    OutcomeUnknown(Throwable cause) {
        super(cause);
    }
}
