package io.klinggateway.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a run found, in tables that read well as they are and in Markdown. */
final class Report {

    private static final String NOTHING_WANTED = "–";

    private final StringBuilder text = new StringBuilder("\n");
    private final List<List<String>> figures = new ArrayList<>();
    private final List<List<String>> shares = new ArrayList<>();
    private String circumstances = "";

    void paragraph(String paragraph) {
        text.append(paragraph).append("\n\n");
    }

    /** Stands behind the name of each figure from now on. */
    void under(String newCircumstances) {
        circumstances = newCircumstances;
    }

    void atLeast(String figure, Spread value, double bar, int decimals) {
        figure(figure, "≥ " + Spread.number(bar, decimals), value.text(decimals), value.median() >= bar);
    }

    void atMost(String figure, Spread value, double bar, int decimals) {
        figure(figure, "≤ " + Spread.number(bar, decimals), value.text(decimals), value.median() <= bar);
    }

    void found(String figure, Spread value, int decimals) {
        found(figure, value.text(decimals));
    }

    void found(String figure, String value) {
        figures.add(List.of(figure + circumstances, NOTHING_WANTED, value, NOTHING_WANTED));
    }

    private void figure(String figure, String wanted, String found, boolean reached) {
        figures.add(List.of(figure + circumstances, wanted, found, reached ? "yes" : "no"));
    }

    /** @param bars how many a second are wanted, of those of which that is said */
    void measures(Collection<Measure> measures, Map<Measure, Double> bars) {
        for (Measure measure : measures) {
            Double bar = bars.get(measure);
            if (bar == null) {
                found(measure + ": per second", measure.perSecond(), 0);
            } else {
                atLeast(measure + ": per second", measure.perSecond(), bar, 0);
            }
            found(measure + ": p50 / p95 / p99, ms", measure.millis());
        }
    }

    /** What each part had of the machine meanwhile. */
    void shares(String when, Map<Part, Double> ofMachine) {
        shares.add(Stream.concat(
                        Stream.of(when + circumstances),
                        Stream.of(Part.values()).map(part -> Spread.number(ofMachine.getOrDefault(part, 0.0) * 100, 0)))
                .toList());
    }

    void figures() {
        table(List.of("figure", "wanted", "found", "reached"), figures);
    }

    void shares() {
        table(List.of("CPU, % of the machine", "gateway", "PostgreSQL", "vendor", "load", "others"), shares);
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
