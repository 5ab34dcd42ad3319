package io.klinggateway.generation;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Whether the vendor can reach the gateway.
 *
 * @param publicUrl what the vendor's calls to us begin with; null if it cannot reach us: then the gateway polls
 */
@ConfigurationProperties("gateway")
record CallbackSettings(@Nullable URI publicUrl) {

    CallbackSettings {
        if (publicUrl != null && publicUrl.toString().isBlank()) {
            publicUrl = null;
        }
        if (publicUrl != null) {
            boolean http = "http".equals(publicUrl.getScheme()) || "https".equals(publicUrl.getScheme());
            if (!http || publicUrl.getHost() == null || publicUrl.getRawQuery() != null) {
                throw new IllegalArgumentException("GATEWAY_PUBLIC_URL must be an absolute http or https URL");
            }
        }
    }
}
