package io.klinggateway.generation;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How long a generation is worked on, and how often it is looked at.
 *
 * @param submissionDeadline how long a caller may wait for its 202; retries towards the vendor end here
 * @param lease how long whoever works on an unsubmitted generation keeps others away; outlasts the deadline
 * @param trackingInterval between two looks at an open job; settling takes about this long after the job's end
 * @param resubmissionCap the longest pause between two attempts to submit
 * @param concurrentSubmissions how many submissions this replica works on at once
 * @param waitingSubmissions how many more may wait for their turn; beyond them load is shed
 * @param longestWait how long one may wait for its turn
 * @param reconciliationInterval how often one of the replicas checks the books
 */
@Validated
@ConfigurationProperties("gateway.generation")
record GenerationSettings(
        @DefaultValue("20s") @DurationMin(millis = 1) Duration submissionDeadline,
        @DefaultValue("25s") @DurationMin(millis = 1) Duration lease,
        @DefaultValue("2s") @DurationMin(millis = 1) Duration trackingInterval,
        @DefaultValue("20s") @DurationMin(millis = 1) Duration resubmissionCap,
        @DefaultValue("128") @Min(1) int concurrentSubmissions,
        @DefaultValue("1000") @Min(1) int waitingSubmissions,
        @DefaultValue("5s") @DurationMin(millis = 1) Duration longestWait,
        @DefaultValue("5m") @DurationMin(seconds = 1) Duration reconciliationInterval) {

    GenerationSettings {
        if (lease.compareTo(submissionDeadline) <= 0) {
            throw new IllegalArgumentException(
                    "gateway.generation.lease must be longer than gateway.generation.submission-deadline");
        }
    }
}
