package io.klinggateway.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a run found, in tables that read well as they are and in Markdown. */
final class Report {

    private final StringBuilder text = new StringBuilder("\n");
    private final List<List<String>> figures = new ArrayList<>();

    void paragraph(String paragraph) {
        text.append(paragraph).append("\n\n");
    }

    void table(List<String> titles, List<List<String>> rows) {
        List<Integer> widths = IntStream.range(0, titles.size())
                .mapToObj(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .reduce(titles.get(column).length(), Math::max))
                .toList();
        line(titles, widths);
        line(widths.stream().map("-"::repeat).toList(), widths);
        rows.forEach(row -> line(row, widths));
        text.append('\n');
    }

    private void line(List<String> cells, List<Integer> widths) {
        text.append(IntStream.range(0, cells.size())
                .mapToObj(column -> cells.get(column)
                        + " ".repeat(widths.get(column) - cells.get(column).length()))
                .collect(Collectors.joining(" | ", "| ", " |\n")));
    }

    void atLeast(String what, Spread value, double target) {
        figure(what, value, "≥ " + target, value.median() >= target);
    }

    void atMost(String what, Spread value, double target) {
        figure(what, value, "≤ " + target, value.median() <= target);
    }

    private void figure(String what, Spread value, String target, boolean reached) {
        figures.add(List.of(what, value.text(2), target, reached ? "yes" : "no"));
    }

    void figures() {
        table(List.of("figure to reach", "found", "target", "reached"), figures);
    }

    void publish(Path file) {
        System.out.println(text);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text.toString().strip() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
