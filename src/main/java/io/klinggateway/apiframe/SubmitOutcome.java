package io.klinggateway.apiframe;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt to submit a job came to. All but {@link InDoubt} are certain. {@code submitted} in {@link Apiframe} says which
 * HTTP status is which.
 */
public sealed interface SubmitOutcome {

    /** The vendor has the job. */
    record Accepted(VendorJobId job) implements SubmitOutcome {}

    /**
     * The vendor refuses these bytes, and so can never have accepted them before.
     *
     * @param details the vendor's messages by JSON path; empty if it gave none
     */
    record Invalid(String error, Map<String, List<String>> details) implements SubmitOutcome {}

    /** The vendor refuses our account: no job of this attempt exists, and an operator has to act. */
    record Denied(int status, String error) implements SubmitOutcome {

        /** What the status may mean (apiframe), for operators. */
        public String meaning() {
            return switch (status) {
                case 401 -> "the key is unknown or revoked";
                case 402 -> "the account is out of credits";
                case 403 -> "the key is inactive or lacks a scope, or images are disabled for the vendor's team";
                default -> "the vendor does not know the call";
            };
        }
    }

    /** Not one byte of the request was written. */
    record NotSent(String reason) implements SubmitOutcome {}

    /** The vendor's rate limit, or our own respect for it: no job of this attempt exists. */
    record Throttled(@Nullable Duration retryAfter) implements SubmitOutcome {}

    /**
     * Something was written and no certain answer came (a 409 and each 5xx among them): a job may exist. The queue sends it again
     * under the same idempotency key.
     */
    record InDoubt(String reason) implements SubmitOutcome {}
}
