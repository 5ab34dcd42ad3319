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

    /** What one takes while its request is answered, or waits to be; measured: 62 KB, and 22 KB for a thread that waits. */
    private static final long BYTES_OF_ONE = 72 * 1024;

    /** What the gateway takes itself; measured. */
    private static final long BYTES_OF_ALL_ELSE = 80 * 1024 * 1024;

    private static final int MOST_EVER = 8192;

    int mostConnections() {
        // The old generation has two thirds; were more in use, the collector would do little else than look for what is
        // not.
        long bytes = Runtime.getRuntime().maxMemory() * 2 / 3 - BYTES_OF_ALL_ELSE;
        return most != null ? most : Math.clamp(bytes / BYTES_OF_ONE, 100, MOST_EVER);
    }
}
