package io.klinggateway.apiframe;

/** What came of looking at a job. */
public sealed interface JobReading {

    record Found(VendorJob job) implements JobReading {}

    /**
     * The vendor knows no such job.
     *
     * @param perhapsOfAnother whether it may be that of another user of the account, whose key is not taken any more
     */
    record Missing(boolean perhapsOfAnother) implements JobReading {}

    /** No certain answer: look again later. */
    record Unavailable(String reason) implements JobReading {}
}
