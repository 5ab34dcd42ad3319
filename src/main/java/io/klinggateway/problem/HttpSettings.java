package io.klinggateway.problem;

import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * What the gateway takes over HTTP.
 *
 * @param maxBody the largest request body
 * @param bodyTimeout how long a body may take to come
 * @param bodiesAtOnce how many bytes of bodies are held at once; an eighth of the heap if absent
 * @param trustedProxies addresses or networks whose {@code X-Forwarded-For} is believed
 */
@Validated
@ConfigurationProperties("gateway.http")
record HttpSettings(
        @DefaultValue("64KB") DataSize maxBody,
        @DefaultValue("30s") @DurationMin(seconds = 1) Duration bodyTimeout,
        @Nullable DataSize bodiesAtOnce,
        @DefaultValue List<String> trustedProxies) {

    private static final int PART_OF_THE_HEAP = 8;

    long bodyBytesAtOnce() {
        return bodiesAtOnce != null
                ? bodiesAtOnce.toBytes()
                : Runtime.getRuntime().maxMemory() / PART_OF_THE_HEAP;
    }
}
