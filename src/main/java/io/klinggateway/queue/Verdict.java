package io.klinggateway.queue;

import io.klinggateway.generation.OutcomeUnknown;
import io.klinggateway.generation.Refusal;

/** What a caller hears of its generation. */
sealed interface Verdict permits Taken, Verdict.NotYet, Verdict.Refused, Verdict.Lost {

    /** Its turn is not now. */
    record NotYet() implements Verdict {}

    /** Its credits are back, and no job exists. */
    record Refused(Refusal refusal) implements Verdict {}

    /** The database was lost while a refusal was recorded. */
    record Lost(OutcomeUnknown cause) implements Verdict {}
}
