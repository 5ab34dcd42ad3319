package io.klinggateway.tenant;

import org.jspecify.annotations.Nullable;

/**
 * How fast a tenant may go, on all replicas together; null is no limit.
 *
 * @param requestsPerMinute requests to generate or quote; polling is not counted
 * @param concurrentGenerations at the vendor at the same time; what is beyond waits in the queue
 * @param waitingGenerations in the queue at the same time; what is beyond is refused
 * @param weight its share of the vendor's rate against other tenants' while several have something waiting
 */
public record Limits(
        @Nullable Integer requestsPerMinute,
        @Nullable Integer concurrentGenerations,
        @Nullable Integer waitingGenerations,
        int weight) {

    public static final int HIGHEST = 1_000_000;
    public static final int DEFAULT_WEIGHT = 1;
    public static final int HIGHEST_WEIGHT = 100;
    public static final Limits NONE = new Limits(null, null, null, DEFAULT_WEIGHT);

    public Limits {
        refuseOutside(requestsPerMinute);
        refuseOutside(concurrentGenerations);
        refuseOutside(waitingGenerations);
        if (weight < 1 || weight > HIGHEST_WEIGHT) {
            throw new IllegalArgumentException("a weight is from 1 to " + HIGHEST_WEIGHT + ": " + weight);
        }
    }

    private static void refuseOutside(@Nullable Integer limit) {
        if (limit != null && (limit < 1 || limit > HIGHEST)) {
            throw new IllegalArgumentException("a limit is from 1 to " + HIGHEST + ": " + limit);
        }
    }
}
