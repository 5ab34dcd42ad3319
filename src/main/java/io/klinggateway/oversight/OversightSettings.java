package io.klinggateway.oversight;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/** @param reconciliationInterval how often one of the replicas checks the books */
@Validated
@ConfigurationProperties("gateway.oversight")
record OversightSettings(
        @DefaultValue("5m") @DurationMin(seconds = 1) Duration reconciliationInterval) {}
