package io.klinggateway.apiframe;

import jakarta.validation.constraints.NotBlank;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * The keys that the vendor's webhooks may be signed with, and that its jobs may have been made with.
 *
 * @param apiKey the operator's one key; shown nowhere
 * @param apiKeyPrevious the key before it, while jobs are open that were started with it
 */
@Validated
@ConfigurationProperties("apiframe")
record VendorApiKeys(@NotBlank String apiKey, @Nullable String apiKeyPrevious) {

    VendorApiKeys {
        apiKey = apiKey.strip(); // a mounted file often ends with a line break
        apiKeyPrevious = apiKeyPrevious == null || apiKeyPrevious.isBlank() ? null : apiKeyPrevious.strip();
    }

    List<String> newestFirst() {
        return apiKeyPrevious == null ? List.of(apiKey) : List.of(apiKey, apiKeyPrevious);
    }

    @Override
    public String toString() {
        return "VendorKeys[hidden]";
    }
}
