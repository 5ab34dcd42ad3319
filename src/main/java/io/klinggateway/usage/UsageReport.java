package io.klinggateway.usage;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was spent.
 *
 * @param to exclusive; null for all up to now
 * @param zone whose midnights part the days
 * @param currency of every cost; absent without prices
 * @param totals of all rows; a cost is the exact sum and rounded once, so that it may differ from the sum of rounded ones
 */
record UsageReport(
        Instant from,
        @Nullable Instant to,
        @Schema(example = "Europe/Berlin") String zone,
        List<String> groupBy,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Schema(example = "EUR") @Nullable
        String currency,

        List<UsageRow> rows,
        UsageRow totals) {}
