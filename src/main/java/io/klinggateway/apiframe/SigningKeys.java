package io.klinggateway.apiframe;

import jakarta.validation.constraints.NotBlank;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * The keys that the vendor's webhooks may be signed with.
 *
 * @param apiKey the operator's one key; shown nowhere
 * @param apiKeyPrevious the key before it, while jobs are open that were started with it
 */
@Validated
@ConfigurationProperties("apiframe")
record SigningKeys(@NotBlank String apiKey, @Nullable String apiKeyPrevious) {

    List<String> newestFirst() {
        return apiKeyPrevious == null || apiKeyPrevious.isBlank() ? List.of(apiKey) : List.of(apiKey, apiKeyPrevious);
    }

    @Override
    public String toString() {
        return "SigningKeys[hidden]";
    }
}
