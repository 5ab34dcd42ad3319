package io.klinggateway.webhook;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How webhooks are delivered; the pauses and the timeout hold for messages to chats and for e-mail, too.
 *
 * @param allowedReceivers receivers inside the operator's network: host names such as {@code hooks.example.internal}, all names
 *     below one ({@code *.example.internal}), or networks ({@code 10.20.0.0/16}); they may be plain http too
 * @param timeout for one attempt as a whole, from the lookup of the name to the status
 * @param concurrencyPerTenant attempts under way at once for one tenant, on this replica
 * @param retryPauses before the second attempt, the third and so on; a tenth more or less; after the last the delivery
 *     is given up (apiframe: at 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h)
 * @param sslBundle names the Spring SSL bundle whose certificates are trusted beside Java's; null for only Java's
 */
@Validated
@ConfigurationProperties("gateway.webhooks")
record WebhookSettings(
        @DefaultValue List<String> allowedReceivers,
        @DefaultValue("15s") Duration timeout,
        @DefaultValue("8") @Min(1) @Max(64) int concurrencyPerTenant,

        @DefaultValue({"5s", "295s", "25m", "90m", "3h", "5h", "4h", "6h", "4h"})
        List<Duration> retryPauses,

        @Nullable String sslBundle) {

    WebhookSettings {
        if (retryPauses.stream().anyMatch(pause -> pause.isNegative() || pause.isZero())) {
            throw new IllegalArgumentException("gateway.webhooks.retry-pauses must be positive, not " + retryPauses);
        }
    }
}
