package io.klinggateway.upload;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How much teams may upload.
 *
 * @param filesPerDay of one team, on a day of UTC
 * @param bytesPerDay of one team, on a day of UTC
 * @param atOnce files that this replica passes on at a time; each takes a megabyte of memory where the vendor is slower than
 *     its sender
 * @param atOncePerTenant those of them that may be one team's
 * @param timeout for one file, from its first byte to the vendor's answer
 */
@Validated
@ConfigurationProperties("gateway.uploads")
record UploadSettings(
        @DefaultValue("500") @Min(0) int filesPerDay,
        @DefaultValue("2GB") DataSize bytesPerDay,
        @DefaultValue("16") @Min(1) int atOnce,
        @DefaultValue("4") @Min(1) int atOncePerTenant,
        @DefaultValue("50s") @DurationMin(seconds = 1) Duration timeout) {}
