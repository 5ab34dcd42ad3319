package io.klinggateway.queue;

import java.time.Duration;

/**
 * The account's rate as time between calls, for the generic cell rate algorithm (GCRA) of {@code rate_take} and
 * {@code queue_next} in {@code R__queue.sql}. In no minute are more calls made than the account allows, whatever came before:
 * what may come at once is taken off the steady rate, and so is a small margin for calls that are under way for differently
 * long.
 *
 * @param interval between two calls at the steady rate
 * @param tolerance how far ahead of that a burst may run
 * @param trackingInterval between two calls of tracking while something waits to be sent: a tenth of the account's rate
 * @param uploadInterval the same between two uploads: a quarter
 */
record CallSpacing(Duration interval, Duration tolerance, Duration trackingInterval, Duration uploadInterval) {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int CALLS_FOR_ONE_IN_BURST = 100;
    private static final int CALLS_FOR_ONE_IN_MARGIN = 250;
    private static final int TRACKING_SHARE = 10;
    private static final int UPLOAD_SHARE = 4;

    static CallSpacing of(int callsPerMinute) {
        int burst = Math.clamp(callsPerMinute / CALLS_FOR_ONE_IN_BURST, 1, 1000);
        int margin = callsPerMinute / CALLS_FOR_ONE_IN_MARGIN;
        Duration interval = MINUTE.dividedBy(Math.max(1, callsPerMinute - burst - margin));
        return new CallSpacing(
                interval,
                interval.multipliedBy(burst - 1L),
                MINUTE.dividedBy(Math.max(1, callsPerMinute / TRACKING_SHARE)),
                MINUTE.dividedBy(Math.max(1, callsPerMinute / UPLOAD_SHARE)));
    }
}
