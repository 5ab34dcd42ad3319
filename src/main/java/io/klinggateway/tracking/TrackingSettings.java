package io.klinggateway.tracking;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How often open jobs are looked at.
 *
 * @param interval between two sweeps of the vendor's list, at least; longer where many jobs are open
 * @param safetyInterval between two sweeps while the vendor tells of ends by callback and no caller follows a job
 * @param unlistedAfter how long after its acceptance a job may be missing from the list before it is read singly
 * @param lease how long the replica that sweeps keeps the others from it
 */
@Validated
@ConfigurationProperties("gateway.tracking")
record TrackingSettings(
        @DefaultValue("2s") @DurationMin(millis = 1) Duration interval,
        @DefaultValue("8s") @DurationMin(millis = 1) Duration safetyInterval,
        @DefaultValue("5s") @DurationMin(millis = 1) Duration unlistedAfter,
        @DefaultValue("10s") @DurationMin(millis = 1) Duration lease) {}
