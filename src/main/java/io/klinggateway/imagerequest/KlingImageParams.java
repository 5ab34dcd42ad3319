package io.klinggateway.imagerequest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of the Kling Image model, by the vendor's rules. What a caller leaves out stays out (null): the vendor
 * fills in its defaults. What is added here also goes into {@link ImageRequestReader}, the console's form ({@code TryForm}
 * and {@code team-try.html}), a job's page ({@code job-parts.html}) and, if it may have no effect, into {@link RequestWarning}.
 *
 * @param negativePrompt apiframe: at most 2500 characters (UTF-16 units)
 * @param image the reference image for image-to-image
 * @param imageFidelity strength of the reference image; apiframe: 0 to 1
 * @param n number of images; apiframe: 1 to 4, default 1
 */
@Schema(additionalProperties = Schema.AdditionalPropertiesValue.FALSE)
public record KlingImageParams(
        @JsonProperty("model_name") @Schema(defaultValue = "kling-v1") @Nullable
        KlingVersion modelName,

        @JsonProperty("negative_prompt") @Size(max = 2500, message = "must have at most 2500 characters") @Nullable
        String negativePrompt,

        @HttpUrl @Schema(format = "uri") @Nullable String image,

        @JsonProperty("image_fidelity")
        @DecimalMin(value = "0", message = "must be from 0 to 1")
        @DecimalMax(value = "1", message = "must be from 0 to 1")
        @Nullable
        Double imageFidelity,

        @Min(value = 1, message = KlingImageParams.IMAGES_RULE)
        @Max(value = KlingImageParams.MOST_IMAGES, message = KlingImageParams.IMAGES_RULE)
        @Schema(defaultValue = "1")
        @Nullable
        Integer n,

        @JsonProperty("aspect_ratio") @Nullable AspectRatio aspectRatio) {

    /** Of one request (apiframe: {@code klingImageParams.n}). */
    public static final int MOST_IMAGES = 4;

    static final String IMAGES_RULE = "must be from 1 to " + MOST_IMAGES;
}
