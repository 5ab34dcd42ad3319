package io.klinggateway.usage;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A report as RFC 4180 has it. No value can hold a comma, a quote or a line break. */
final class UsageCsv {

    private static final String LINE_END = "\r\n";

    private UsageCsv() {}

    static String write(List<UsageRow> rows, Collection<Dimension> groupBy) {
        String header = line(Stream.concat(
                groupBy.stream().map(Dimension::wire), Stream.of("generations", "images", "credits", "failures")));
        return header + rows.stream().map(row -> line(values(row, groupBy))).collect(Collectors.joining());
    }

    private static Stream<String> values(UsageRow row, Collection<Dimension> groupBy) {
        return Stream.concat(
                groupBy.stream().map(dimension -> text(value(row, dimension))),
                Stream.of(row.generations(), row.images(), row.credits(), row.failures())
                        .map(number -> Long.toString(number)));
    }

    private static @Nullable Object value(UsageRow row, Dimension dimension) {
        return switch (dimension) {
            case TENANT -> row.tenant();
            case KEY -> row.key();
            case DAY -> row.day();
            case MODEL -> row.model();
        };
    }

    /** A spreadsheet would take a name that begins with a minus for a formula; the apostrophe says that it is text. */
    private static String text(@Nullable Object value) {
        String text = Objects.toString(value, "");
        return text.startsWith("-") ? "'" + text : text;
    }

    private static String line(Stream<String> values) {
        return values.collect(Collectors.joining(",")) + LINE_END;
    }
}
