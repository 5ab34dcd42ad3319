package io.klinggateway.apiframe;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How to reach the vendor.
 *
 * @param apiKey the company's one key; shown nowhere
 * @param baseUrl without a path of an endpoint; a generation belongs to the base URL that it was admitted under
 * @param connectTimeout for TCP and TLS together
 * @param responseTimeout from the first byte written to the last byte read
 * @param poolTimeout how long to wait for a free connection
 * @param maxConnections open at once, to the vendor
 * @param requestsPerMinute of this replica: the account's rate divided by the replicas (apiframe: about 500)
 */
@Validated
@ConfigurationProperties("apiframe")
record ApiframeSettings(
        @NotBlank String apiKey,
        @DefaultValue("https://api.apiframe.ai") URI baseUrl,
        @DefaultValue("3s") Duration connectTimeout,
        @DefaultValue("10s") Duration responseTimeout,
        @DefaultValue("2s") Duration poolTimeout,
        @DefaultValue("150") @Min(1) int maxConnections,
        @DefaultValue("500") @Min(1) @Max(60_000_000) int requestsPerMinute) {

    ApiframeSettings {
        boolean http = "http".equals(baseUrl.getScheme()) || "https".equals(baseUrl.getScheme());
        if (!http || baseUrl.getHost() == null) {
            throw new IllegalArgumentException("APIFRAME_BASE_URL must be an absolute http or https URL");
        }
    }

    /** The base URL in the one form that is stored and compared: without a slash at its end. */
    String upstream() {
        return baseUrl.toString().replaceFirst("/+$", "");
    }

    @Override
    public String toString() {
        return "ApiframeSettings[baseUrl=" + baseUrl + ", apiKey=hidden]";
    }
}
