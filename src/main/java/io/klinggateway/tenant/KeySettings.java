package io.klinggateway.tenant;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * @param rememberedFor how long a replica lets a key pass without looking again; what another replica revokes can still
 *     read for so long, and generate nothing. Zero to look at every request
 */
@Validated
@ConfigurationProperties("gateway.keys")
record KeySettings(
        @DefaultValue("3s") @DurationMin(nanos = 0) @DurationMax(seconds = 5)
        Duration rememberedFor) {}
