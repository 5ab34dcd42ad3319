package io.klinggateway.recovery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Whether the books were restored from a backup.
 *
 * @param since no later than the moment that they were restored to; each moment is recovered once. Null if they were not
 */
@ConfigurationProperties("gateway.recovery")
record RecoverySettings(@Nullable Instant since) {}
