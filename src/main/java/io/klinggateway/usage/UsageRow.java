package io.klinggateway.usage;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One line of a report, or its totals. What it is not broken down by is absent; so are key and model on corrections, and a
 * label on what has none of that name.
 *
 * @param costCentre of the one tenant that it is about, as it is now
 * @param closed whether the month has ended and nothing that was held in it is open: then nothing of it changes any more
 * @param generations that completed
 * @param images that they made
 * @param credits spent, corrections included
 * @param failures generations that ended without images and cost nothing
 * @param failedImages that those were asked for
 * @param cost of the credits; absent without prices, and if some were spent before the first price
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(name = "UsageRow")
record UsageRow(
        @Nullable String tenant,
        @Nullable String costCentre,
        @Nullable String key,
        @Nullable LocalDate day,

        @Schema(type = "string", example = "2026-11") @Nullable
        YearMonth month,

        @Nullable Boolean closed,
        @Nullable String model,

        @Schema(example = "{\"project\": \"spring\"}", requiredMode = Schema.RequiredMode.NOT_REQUIRED)
        Map<String, String> labels,

        @Schema(example = "12") long generations,
        @Schema(example = "30") long images,
        @Schema(example = "60") long credits,
        @Schema(example = "1") long failures,
        @Schema(example = "4") long failedImages,
        @Schema(type = "string", example = "3.00") @Nullable Cost cost) {

    /** What it is broken down by, but for the time, with slashes between. */
    String name() {
        return Stream.concat(Stream.of(tenant, key, model).filter(Objects::nonNull), labels.values().stream())
                .collect(Collectors.joining("/"));
    }

    /** @param currency null if money is not spoken of */
    static UsageRow total(List<UsageRow> rows, @Nullable Currency currency) {
        return new UsageRow(
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Map.of(),
                sum(rows, UsageRow::generations),
                sum(rows, UsageRow::images),
                sum(rows, UsageRow::credits),
                sum(rows, UsageRow::failures),
                sum(rows, UsageRow::failedImages),
                currency == null ? null : cost(rows, currency));
    }

    private static long sum(List<UsageRow> rows, ToLongFunction<UsageRow> value) {
        return rows.stream().mapToLong(value).sum();
    }

    private static @Nullable Cost cost(List<UsageRow> rows, Currency currency) {
        Cost sum = Cost.zero(currency);
        for (UsageRow row : rows) {
            if (row.cost() == null) {
                return null;
            }
            sum = sum.plus(row.cost());
        }
        return sum;
    }
}
