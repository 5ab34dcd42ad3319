package io.klinggateway.imagerequest;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's request for images, in the vendor's shape ({@code POST /v2/images/generate}).
 *
 * @param prompt apiframe: 1 to 2000 characters (UTF-16 units); here not only blanks
 * @param webhookUrl where the tenant wants to be told, {@link #NO_WEBHOOK} if nowhere; it never goes to the vendor. Null leaves
 *     it to the tenant's default
 * @param webhookEvents apiframe: at least one, if given
 */
@Schema(additionalProperties = Schema.AdditionalPropertiesValue.FALSE)
public record ImageRequest(
        @NotNull(message = "is required")
        @Size(min = 1, max = 2000, message = "must have 1 to 2000 characters")
        @NotOnlyBlanks
        @Schema(example = "a lighthouse at dusk, oil painting")
        String prompt,

        @NotNull(message = "is required: " + MODEL)
        @Pattern(regexp = MODEL, message = MODEL_RULE)
        @Schema(example = MODEL)
        String model,

        @Valid @Nullable KlingImageParams klingImageParams,

        @HttpUrl
        @Schema(
                format = "uri",
                description = "The team's default if absent; null for no webhook at all",
                types = {"string", "null"},
                example = "https://hooks.example.com/kling")
        @Nullable
        String webhookUrl,

        @Size(min = 1, message = "must have at least one event") @Nullable
        List<WebhookEvent> webhookEvents) {

    /**
     * The vendor's name of the one model that the gateway serves; its versions are {@link KlingVersion}s. A second one needs a
     * price, parameters and a place in the catalogue: such a place is every use of this constant, and of
     * {@link PriceList#CREDITS_PER_IMAGE}.
     */
    public static final String MODEL = "kling-image";

    /** What a request has as its webhook that is to have none, whatever the team's default: in JSON null, at the vendor a fault. */
    public static final String NO_WEBHOOK = "";

    /** Of a model that a caller names. */
    public static final String MODEL_RULE = "must be " + MODEL + ", the one model that this gateway serves";

    /** How many images are asked for; apiframe: 1 unless said otherwise. */
    public int imageCount() {
        Integer n = klingImageParams == null ? null : klingImageParams.n();
        return n == null ? 1 : n;
    }

    /** The URL of the reference image; null if there is none. */
    public @Nullable String referenceImage() {
        return klingImageParams == null ? null : klingImageParams.image();
    }

    public KlingVersion modelName() {
        KlingVersion asked = klingImageParams == null ? null : klingImageParams.modelName();
        return asked == null ? KlingVersion.DEFAULT : asked;
    }

    /** Whether it names a webhook of its own. */
    public boolean namesWebhook() {
        return webhookUrl != null && !webhookUrl.equals(NO_WEBHOOK);
    }

    /** The same request with another webhook, or none. */
    public ImageRequest withWebhook(@Nullable String url, @Nullable List<WebhookEvent> events) {
        return new ImageRequest(prompt, model, klingImageParams, url, events);
    }

    /** Frameworks log what they bind; prompts and URLs are the tenant's own. */
    @Override
    public String toString() {
        return "ImageRequest[hidden]";
    }
}
