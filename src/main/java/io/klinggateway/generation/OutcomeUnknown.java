package io.klinggateway.generation;

/** The database was lost in the middle of a COMMIT and did not come back in time: nobody can tell what it did. */
public final class OutcomeUnknown extends RuntimeException {

    OutcomeUnknown(Throwable cause) {
        super(cause);
    }
}
