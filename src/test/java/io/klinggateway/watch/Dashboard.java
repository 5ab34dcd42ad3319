package io.klinggateway.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One of the dashboards that the chart ships. */
record Dashboard(String name, JsonNode json) {

    private static final Path DIRECTORY = Path.of("helm/kling-gateway/dashboards");

    static List<Dashboard> all() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.sorted().map(Dashboard::read).toList();
        }
    }

    private static Dashboard read(Path file) {
        try {
            return new Dashboard(
                    file.getFileName().toString(), JsonMapper.shared().readTree(Files.readString(file)));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The one whose panels show one team. */
    boolean isOfOneTeam() {
        return name.equals("kling-gateway-team.json");
    }

    /** All but the rows. */
    List<JsonNode> panels() {
        return json.path("panels")
                .valueStream()
                .filter(panel -> !panel.path("type").stringValue().equals("row"))
                .toList();
    }

    List<String> variables() {
        return json.path("templating")
                .path("list")
                .valueStream()
                .map(variable -> variable.path("name").stringValue())
                .toList();
    }

    /** Every expression, by the title of its panel. */
    Stream<Query> queries() {
        return panels().stream().flatMap(this::queries);
    }

    private Stream<Query> queries(JsonNode panel) {
        return panel.path("targets")
                .valueStream()
                .map(target -> new Query(
                        name + ": " + panel.path("title").stringValue(),
                        target.path("expr").stringValue()));
    }

    /** What must show something: each expression; of bars, which have one of several colours each, all of a panel at once. */
    Stream<Query> shown() {
        return panels().stream().flatMap(panel -> {
            List<Query> queries = queries(panel).toList();
            return panel.path("type").stringValue().equals("bargauge")
                    ? Stream.of(new Query(
                            queries.getFirst().panel(),
                            queries.stream()
                                    .map(query -> "(" + query.expression() + ")")
                                    .collect(Collectors.joining(" or "))))
                    : queries.stream();
        });
    }

    record Query(String panel, String expression) {

        /** As Grafana would send it. */
        String filledIn(int rangeSeconds, String namespace, String tenant) {
            return expression
                    .replace("$__rate_interval_ms", rangeSeconds + "000")
                    .replace("$__rate_interval", rangeSeconds + "s")
                    .replace("$__range", rangeSeconds + "s")
                    .replace("$namespace", namespace)
                    .replace("$job", ".*")
                    .replace("$tenant", tenant);
        }
    }
}
