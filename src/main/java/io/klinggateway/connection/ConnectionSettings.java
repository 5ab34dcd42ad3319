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

    /** A caller that waits for its job takes 84 kB; not all of them do, and one that says nothing takes a tenth. */
    private static final long BYTES_OF_ONE = 80 * 1024;

    private static final int MOST_EVER = 8192;

    int mostConnections() {
        return most != null ? most : Math.clamp(Runtime.getRuntime().maxMemory() / BYTES_OF_ONE, 100, MOST_EVER);
    }
}
