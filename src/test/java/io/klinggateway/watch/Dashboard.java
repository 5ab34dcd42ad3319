package io.klinggateway.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard that the chart ships. */
record Dashboard(JsonNode json) {

    static Dashboard read() throws IOException {
        return new Dashboard(JsonMapper.shared()
                .readTree(Files.readString(Path.of("helm/kling-gateway/dashboards/kling-gateway.json"))));
    }

    /** All but the rows. */
    List<JsonNode> panels() {
        return json.path("panels")
                .valueStream()
                .filter(panel -> !panel.path("type").stringValue().equals("row"))
                .toList();
    }

    /** Every expression, by the title of its panel. */
    Stream<Query> queries() {
        return panels().stream()
                .flatMap(panel -> panel.path("targets")
                        .valueStream()
                        .map(target -> new Query(
                                panel.path("title").stringValue(),
                                target.path("expr").stringValue())));
    }

    record Query(String panel, String expression) {

        /** As Grafana would send it for all tenants. */
        String filledIn(String range) {
            return expression
                    .replace("$__rate_interval", range)
                    .replace("$__range", range)
                    .replace("$__interval", range)
                    .replace("$tenant", ".*");
        }
    }
}
