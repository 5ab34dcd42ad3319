package io.klinggateway.queue;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How the queue sends.
 *
 * @param longestWait what has waited for longer without having reached the vendor ends FAILED, free of charge;
 *     ages count from admission, and the vendor forgets idempotency keys after 24 hours
 * @param attemptDeadline how long one attempt to send may take, and a caller wait for its verdict
 * @param lease how long the sender of an attempt keeps other replicas away; outlasts the deadline
 * @param firstPause before an attempt is repeated; doubles with every further one
 * @param longestPause between two attempts
 * @param probeInterval while the vendor refuses the account, one generation is sent this often to see whether it still does
 * @param sendsAtOnce how many attempts this replica has under way at most
 * @param idleInterval how often a replica looks into the queue although nothing tells it to
 */
@Validated
@ConfigurationProperties("gateway.queue")
public record QueueSettings(
        @DefaultValue("1h") @DurationMin(seconds = 1) @DurationMax(hours = 22)
        Duration longestWait,

        @DefaultValue("20s") @DurationMin(millis = 1) Duration attemptDeadline,
        @DefaultValue("25s") @DurationMin(millis = 1) Duration lease,
        @DefaultValue("1s") @DurationMin(millis = 1) Duration firstPause,
        @DefaultValue("20s") @DurationMin(millis = 1) Duration longestPause,
        @DefaultValue("30s") @DurationMin(millis = 1) Duration probeInterval,
        @DefaultValue("128") @Min(1) int sendsAtOnce,
        @DefaultValue("500ms") @DurationMin(millis = 1) Duration idleInterval) {

    public QueueSettings {
        if (lease.compareTo(attemptDeadline) <= 0) {
            throw new IllegalArgumentException(
                    "gateway.queue.lease must be longer than gateway.queue.attempt-deadline");
        }
    }
}
