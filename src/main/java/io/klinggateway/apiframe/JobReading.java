package io.klinggateway.apiframe;

/** What came of looking at a job. */
public sealed interface JobReading {

    record Found(UpstreamJob job) implements JobReading {}

    /** The vendor knows no such job. */
    record Missing() implements JobReading {}

    /** No certain answer: look again later. */
    record Unavailable(String reason) implements JobReading {}
}
