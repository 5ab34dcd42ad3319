package io.klinggateway.apiframe;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.net.URI;
import java.time.Duration;
import java.util.regex.Pattern;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How to reach the vendor.
 *
 * @param apiKey the operator's one key; shown nowhere
 * @param baseUrl without a path of an endpoint; a generation belongs to the base URL that it was admitted under
 * @param connectTimeout for TCP and TLS together
 * @param responseTimeout from the first byte written to the last byte read
 * @param poolTimeout how long to wait for a free connection
 * @param maxConnections open at once, to the vendor
 * @param requestsPerMinute the account's rate, shared by all replicas (apiframe: about 500)
 */
@Validated
@ConfigurationProperties("apiframe")
record ApiframeSettings(
        @NotBlank String apiKey,
        @DefaultValue("https://api.apiframe.ai") URI baseUrl,
        @DefaultValue("3s") @DurationMin(millis = 1) Duration connectTimeout,
        @DefaultValue("10s") @DurationMin(millis = 1) Duration responseTimeout,
        @DefaultValue("2s") @DurationMin(millis = 1) Duration poolTimeout,
        @DefaultValue("150") @Min(1) int maxConnections,
        @DefaultValue("500") @Min(1) @Max(60_000_000) int requestsPerMinute) {

    private static final Pattern VISIBLE_ASCII = Pattern.compile("[!-~]+");

    ApiframeSettings {
        boolean http = "http".equals(baseUrl.getScheme()) || "https".equals(baseUrl.getScheme());
        if (!http || baseUrl.getHost() == null) {
            throw new IllegalArgumentException("APIFRAME_BASE_URL must be an absolute http or https URL");
        }
        if (baseUrl.getRawUserInfo() != null || baseUrl.getRawQuery() != null || baseUrl.getRawFragment() != null) {
            throw new IllegalArgumentException("APIFRAME_BASE_URL must have no user, query or fragment");
        }
        apiKey = apiKey.strip(); // a mounted file often ends with a line break
    }

    /** The base URL in the one form that is stored and compared: without a slash at its end. */
    String upstream() {
        return baseUrl.toString().replaceFirst("/+$", "");
    }

    /** Asked after binding, because a failed binding shows the value. */
    void requireUsableKey() {
        if (!VISIBLE_ASCII.matcher(apiKey).matches()) {
            throw new IllegalStateException("APIFRAME_API_KEY holds characters that no HTTP header can carry");
        }
    }

    @Override
    public String toString() {
        return "ApiframeSettings[baseUrl=" + baseUrl + ", apiKey=hidden]";
    }
}
