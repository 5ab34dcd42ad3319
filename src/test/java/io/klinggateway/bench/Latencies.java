package io.klinggateway.bench;

import java.util.Arrays;

/** How long each of many exchanges took. Not thread-safe. */
final class Latencies {

    private long[] nanos = new long[1 << 14];
    private int count;

    void add(long took) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, count * 2);
        }
        nanos[count++] = took;
    }

    int count() {
        return count;
    }

    /** In milliseconds, of all that were added. */
    Percentiles percentiles() {
        Arrays.sort(nanos, 0, count);
        return new Percentiles(at(0.50), at(0.95), at(0.99));
    }

    private double at(double share) {
        return count == 0 ? Double.NaN : nanos[(int) Math.min(count - 1L, Math.round(share * count))] / 1e6;
    }

    record Percentiles(double p50, double p95, double p99) {}
}
