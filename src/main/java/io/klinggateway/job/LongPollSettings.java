package io.klinggateway.job;

import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Callers that wait for their jobs.
 *
 * @param mostCallers the most long polls and streams on one replica; if absent or more, five eighths of its connections,
 *     which are as many as the heap bears
 */
@Validated
@ConfigurationProperties("gateway.waiting")
record LongPollSettings(@Min(2) @Nullable Integer mostCallers) {

    /** The others are those who ask for images, or whether their jobs are done. */
    int most(int connections) {
        int part = connections * 5 / 8;
        return mostCallers == null ? part : Math.min(mostCallers, part);
    }
}
