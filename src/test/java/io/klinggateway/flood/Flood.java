package io.klinggateway.flood;

import java.time.Duration;
import java.util.function.IntFunction;

/**
 * What a crowd does, all of it at once and again and again.
 *
 * @param name for the report
 * @param callers each with a connection of its own
 * @param request of a caller, by its number; an empty one is a caller that says nothing
 * @param betweenBytes how slowly its end is sent; zero for all at once
 * @param comesAgainAfter where its connection has ended; over one that has not it asks again at once
 * @param mostUnanswered of 100 calls of another team; of a port whose every connection is taken, few
 * @param longestForOthers what 95 of 100 calls of another team take at most meanwhile
 */
record Flood(
        String name,
        int callers,
        IntFunction<byte[]> request,
        Duration betweenBytes,
        Duration comesAgainAfter,
        int mostUnanswered,
        Duration longestForOthers) {

    @Override
    public String toString() {
        return name;
    }
}
