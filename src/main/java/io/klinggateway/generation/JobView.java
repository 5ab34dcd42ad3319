package io.klinggateway.generation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.klinggateway.imagerequest.ImageRequest;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job in the vendor's shape, as its tenant sees it.
 *
 * @param creditCost what the tenant pays: the quote while the job is open, 0 if the credits came back
 * @param input the tenant's own request, as JSON; null once it is erased
 * @param webhookIsDefault whether the webhook that {@code input} tells is the tenant's default, which the request did not name
 * @param labels what the tenant named it by; the vendor's jobs have no such field, and neither has a job without labels
 */
@Schema(name = "Job")
public record JobView(
        UUID id,

        @Schema(allowableValues = {"QUEUED", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED"})
        String status,

        String model,
        @Schema(minimum = "0", maximum = "100") @Nullable Integer progress,
        @Nullable Result result,
        @Nullable String error,
        @Schema(example = "2") long creditCost,

        @Schema(allowableValues = {"pending", "delivered", "failed"}) @Nullable
        String webhookStatus,

        Instant createdAt,
        @Nullable Instant completedAt,

        @JsonRawValue @Schema(implementation = ImageRequest.class) @Nullable
        String input,

        @JsonIgnore boolean webhookIsDefault,

        boolean expired,

        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Schema(
                example = "{\"project\": \"spring\", \"shot\": \"12\"}",
                requiredMode = Schema.RequiredMode.NOT_REQUIRED)
        Map<String, String> labels) {

    public record Result(
            @Schema(example = "[\"https://cdn2.apiframe.ai/images/1.png\"]")
            List<String> images) {}
}
