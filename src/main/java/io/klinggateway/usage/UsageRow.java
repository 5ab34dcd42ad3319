package io.klinggateway.usage;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * One line of a report. What it is not broken down by is absent; so are key and model on adjustments.
 *
 * @param generations that completed
 * @param images that they made
 * @param credits spent, corrections included
 * @param failures generations that ended without images and cost nothing
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "UsageRow")
record UsageRow(
        @Nullable String tenant,
        @Nullable String key,
        @Nullable LocalDate day,
        @Nullable String model,
        @Schema(example = "12") long generations,
        @Schema(example = "30") long images,
        @Schema(example = "60") long credits,
        @Schema(example = "1") long failures) {}
