package io.klinggateway.connection;

import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How many callers may be connected to one replica.
 *
 * @param most connections at once; as many as the heap bears if absent
 */
@Validated
@ConfigurationProperties("gateway.connections")
record ConnectionSettings(@Min(8) @Nullable Integer most) {

    /** What one takes while its request is answered, which all may be at once; measured: 62 KB, and 22 KB for its thread. */
    private static final long BYTES_OF_ONE = 84 * 1024;

    /** What the gateway takes itself; measured. */
    private static final long BYTES_OF_ALL_ELSE = 80 * 1024 * 1024;

    private static final int MOST_EVER = 8192;

    int mostConnections() {
        // The old generation has two thirds; with more in use the collector would find next to nothing, all the time.
        long bytes = Runtime.getRuntime().maxMemory() * 2 / 3 - BYTES_OF_ALL_ELSE;
        return most != null ? most : Math.clamp(bytes / BYTES_OF_ONE, 100, MOST_EVER);
    }
}
