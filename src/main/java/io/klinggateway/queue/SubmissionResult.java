package io.klinggateway.queue;

import io.klinggateway.generation.OutcomeUnknown;
import io.klinggateway.generation.Refusal;

/** What a caller hears of its generation. */
sealed interface SubmissionResult
        permits Acknowledged, SubmissionResult.NotYet, SubmissionResult.Refused, SubmissionResult.Lost {

    /** Its turn is not now. */
    record NotYet() implements SubmissionResult {}

    /** Its credits are back, and no job exists. */
    record Refused(Refusal refusal) implements SubmissionResult {}

    /** The database was lost while a refusal was recorded. */
    record Lost(OutcomeUnknown cause) implements SubmissionResult {}
}
