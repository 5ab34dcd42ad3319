package io.klinggateway.usage;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A report as RFC 4180 has it. */
final class UsageCsv {

    private static final String LINE_END = "\r\n";

    /** With what a spreadsheet lets a formula begin. */
    private static final Pattern FORMULA = Pattern.compile("[=+\\-@\\t\\r].*", Pattern.DOTALL);

    private static final Pattern TO_BE_QUOTED = Pattern.compile("[\",\\r\\n]");

    private UsageCsv() {}

    private record Column(String name, Function<UsageRow, String> value) {}

    static String write(UsageReport report, List<Grouping> groupBy) {
        List<Column> columns = columns(report, groupBy);
        String header = line(columns.stream().map(column -> text(column.name())));
        return header
                + report.rows().stream()
                        .map(row -> line(
                                columns.stream().map(column -> column.value().apply(row))))
                        .collect(Collectors.joining());
    }

    private static List<Column> columns(UsageReport report, List<Grouping> groupBy) {
        List<Column> columns = new ArrayList<>();
        for (Grouping grouping : groupBy) {
            columns.add(new Column(grouping.wire(), row -> text(value(row, grouping))));
            if (grouping.dimension() == Dimension.MONTH) {
                columns.add(new Column("closed", row -> text(row.closed())));
            }
        }
        columns.add(new Column("costCentre", row -> text(row.costCentre())));
        columns.add(new Column("generations", row -> Long.toString(row.generations())));
        columns.add(new Column("images", row -> Long.toString(row.images())));
        columns.add(new Column("credits", row -> Long.toString(row.credits())));
        columns.add(new Column("failures", row -> Long.toString(row.failures())));
        columns.add(new Column("failedImages", row -> Long.toString(row.failedImages())));
        String currency = report.currency();
        if (currency != null) {
            columns.add(new Column(
                    "cost", row -> row.cost() == null ? "" : row.cost().rounded()));
            columns.add(new Column("currency", _ -> currency));
        }
        columns.add(new Column("zone", _ -> report.zone()));
        return columns;
    }

    private static @Nullable Object value(UsageRow row, Grouping grouping) {
        return switch (grouping.dimension()) {
            case TENANT -> row.tenant();
            case KEY -> row.key();
            case DAY -> row.day();
            case MONTH -> row.month();
            case MODEL -> row.model();
            case LABEL -> row.labels().get(Objects.requireNonNull(grouping.label()));
        };
    }

    /** The apostrophe says to a spreadsheet that it is text and no formula, whatever it begins with. */
    private static String text(@Nullable Object value) {
        String text = Objects.toString(value, "");
        String harmless = FORMULA.matcher(text).matches() ? "'" + text : text;
        return TO_BE_QUOTED.matcher(harmless).find() ? '"' + harmless.replace("\"", "\"\"") + '"' : harmless;
    }

    private static String line(Stream<String> values) {
        return values.collect(Collectors.joining(",")) + LINE_END;
    }
}
