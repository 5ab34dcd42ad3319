package io.klinggateway.problem;

import java.time.Duration;

/** How many lines of one kind the log may have: some at once, and then one for each pause. Thread-safe. */
final class LogRateLimiter {

    private final int burst;
    private final long pauseMillis;
    private long lines;
    private long leftOut;
    private long filledAtMillis;

    LogRateLimiter(int burst, Duration pause, long nowMillis) {
        this.burst = burst;
        this.pauseMillis = pause.toMillis();
        this.lines = burst;
        this.filledAtMillis = nowMillis;
    }

    /** @return how many lines were left out since the one before; less than 0 if this one is to be left out */
    synchronized long take(long nowMillis) {
        long more = Math.max(0, nowMillis - filledAtMillis) / pauseMillis;
        lines = Math.min(burst, lines + more);
        filledAtMillis += more * pauseMillis;
        if (lines == 0) {
            leftOut++;
            return -1;
        }
        lines--;
        long before = leftOut;
        leftOut = 0;
        return before;
    }

    /** For the end of a line. */
    static String note(long leftOut) {
        return leftOut == 0 ? "" : " (and " + leftOut + " before it that are not logged)";
    }
}
