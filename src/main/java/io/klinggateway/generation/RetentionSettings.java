package io.klinggateway.generation;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long what tenants sent, and what they were told, is kept.
 *
 * @param requests how long after a job's end its request, with the prompt, is erased; the generation and its journal stay
 * @param deliveries how long after its last attempt a webhook's delivery is deleted, arrived or given up; the job's
 *     {@code webhookStatus} stays
 */
@ConfigurationProperties("gateway.retention")
record RetentionSettings(
        @DefaultValue("30d") Duration requests,
        @DefaultValue("30d") Duration deliveries) {

    RetentionSettings {
        if (requests.isNegative()) {
            throw new IllegalArgumentException("gateway.retention.requests must not be negative");
        }
        if (deliveries.isNegative()) {
            throw new IllegalArgumentException("gateway.retention.deliveries must not be negative");
        }
    }
}
