package io.klinggateway.apiframe;

import org.springframework.http.HttpHeaders;

/** What one HTTP exchange with the vendor came to. */
sealed interface Exchange {

    /** A whole response was read. */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    record Answered(int status, HttpHeaders headers, byte[] body) implements Exchange {

        boolean isSuccess() {
            return status >= 200 && status < 300;
        }
    }

    /**
     * Nothing of the request was written, and nothing will be.
     *
     * @param vendorAway whether it was the vendor that could not be reached; false if we did not get that far
     */
    record NotWritten(String reason, boolean vendorAway) implements Exchange {}

    /** The request was written, at least in part, and no whole response came. */
    record Lost(String reason) implements Exchange {}
}
