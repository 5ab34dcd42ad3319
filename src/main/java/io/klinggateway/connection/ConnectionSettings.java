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

    /** What one takes while its request is read or answered, which all may be at once; measured, with the thread. */
    private static final long BYTES_OF_ONE = 96 * 1024;

    /** What the gateway takes itself. */
    private static final long BYTES_OF_ALL_ELSE = 64 * 1024 * 1024;

    private static final int MOST_EVER = 8192;

    int mostConnections() {
        long bytes = Runtime.getRuntime().maxMemory() - BYTES_OF_ALL_ELSE;
        return most != null ? most : Math.clamp(bytes / BYTES_OF_ONE, 100, MOST_EVER);
    }
}
