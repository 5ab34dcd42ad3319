package io.klinggateway.orphan;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How the vendor's list is held against the books.
 *
 * @param checkInterval how often one of the replicas does
 * @param grace how old a job must be to count as forgotten: the vendor's answer may be on its way
 * @param foreignJobs whether others make jobs as the same user of the vendor; then nothing can be told from
 *     the list but what carries a trace
 */
@Validated
@ConfigurationProperties("gateway.orphans")
record OrphanSettings(
        @DefaultValue("10m") @DurationMin(millis = 1) Duration checkInterval,
        @DefaultValue("15m") @DurationMin(seconds = 0) Duration grace,
        @DefaultValue("false") boolean foreignJobs) {}
