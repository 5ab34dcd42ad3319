package io.klinggateway.usage;

import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a call for a report is answered with: {@link UsageReport} as JSON, or its rows as CSV. For the API's description alone. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ApiResponse(
        responseCode = "200",
        description =
                "The report. As CSV its columns are named as the members of a row, `groupBy` first, and it has no totals",
        content = {
            @Content(mediaType = "application/json", schema = @Schema(implementation = UsageReport.class)),
            @Content(
                    mediaType = "text/csv",
                    schema =
                            @Schema(
                                    type = "string",
                                    example =
                                            "month,closed,costCentre,generations,images,credits,failures,failedImages,zone"))
        })
public @interface UsageAnswer {}
