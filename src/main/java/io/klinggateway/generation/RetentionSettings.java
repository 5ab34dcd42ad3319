package io.klinggateway.generation;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long what tenants sent is kept.
 *
 * @param requests how long after a job's end its request, with the prompt, is erased; the generation and its journal stay
 */
@ConfigurationProperties("gateway.retention")
record RetentionSettings(@DefaultValue("30d") Duration requests) {

    RetentionSettings {
        if (requests.isNegative()) {
            throw new IllegalArgumentException("gateway.retention.requests must not be negative");
        }
    }
}
