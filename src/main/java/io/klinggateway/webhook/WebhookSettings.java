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
 * How tenants are told of their jobs.
 *
 * @param allowedReceivers receivers inside the company: host names such as {@code hooks.example.internal}, all names
 *     below one ({@code *.example.internal}), or networks ({@code 10.20.0.0/16}); they may be plain http too
 * @param timeout for one attempt as a whole, from the lookup of the name to the status
 * @param concurrencyPerTenant attempts under way at once for one tenant, on this replica
 * @param sslBundle names the Spring SSL bundle whose certificates are trusted beside Java's; null for Java's alone
 */
@Validated
@ConfigurationProperties("gateway.webhooks")
record WebhookSettings(
        @DefaultValue List<String> allowedReceivers,
        @DefaultValue("15s") Duration timeout,
        @DefaultValue("8") @Min(1) @Max(64) int concurrencyPerTenant,
        @Nullable String sslBundle) {}
