package io.klinggateway.harness;

/** One way in which the vendor answers otherwise than it should, or would on a better day. */
enum VendorFault {
    /** 429 with {@code Retry-After} in seconds. */
    THROTTLED,
    /** 429 with {@code Retry-After} as a date. */
    THROTTLED_UNTIL_DATE,
    /** 402: the company's account is empty. */
    OUT_OF_CREDITS,
    /** 403: the company's key is switched off. */
    KEY_INACTIVE,
    /** The first attempt gets no answer, and all later ones a 400: these bytes were never accepted. */
    REFUSED_AFTER_TIMEOUT,
    /** The first attempt makes the job and gets no answer, and the second a 403: certain of itself alone. */
    DENIED_AFTER_LOST_ANSWER,
    /** 500, and nothing was done. */
    FAILED_BEFORE,
    /** 503, although the job was made. */
    FAILED_AFTER,
    /** A page of HTML with status 202, although the job was made. */
    GARBAGE,
    /** The answer ends in its middle. */
    TRUNCATED,
    /** The answer comes in crumbs. */
    TRICKLED,
    /** The connection ends without an answer, although the job was made. */
    ANSWER_LOST,
    /** No answer, and nothing was done. */
    HANGING,
    /** The request is carried out long after its sender has given up. */
    ACCEPTED_LATE
}
