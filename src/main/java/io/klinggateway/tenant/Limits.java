package io.klinggateway.tenant;

import org.jspecify.annotations.Nullable;

/**
 * How fast a tenant may go, on all replicas together; null is no limit.
 *
 * @param requestsPerMinute requests to generate or quote; polling is not counted
 * @param concurrentGenerations open at the same time
 */
public record Limits(
        @Nullable Integer requestsPerMinute, @Nullable Integer concurrentGenerations) {

    public static final Limits NONE = new Limits(null, null);
    public static final int HIGHEST = 1_000_000;

    public Limits {
        refuseOutside(requestsPerMinute);
        refuseOutside(concurrentGenerations);
    }

    private static void refuseOutside(@Nullable Integer limit) {
        if (limit != null && (limit < 1 || limit > HIGHEST)) {
            throw new IllegalArgumentException("a limit is from 1 to " + HIGHEST + ": " + limit);
        }
    }
}
