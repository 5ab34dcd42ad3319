package io.klinggateway.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The rules that the chart ships, and the stories in which promtool tries them. */
final class ShippedRules {

    static final Path DIRECTORY = Path.of("helm/kling-gateway/rules");

    private static final Path STORIES = Path.of(".ci/rules");

    private ShippedRules() {}

    /** Alerts and recordings. */
    static List<JsonNode> all() throws IOException {
        return read(DIRECTORY).stream()
                .flatMap(file -> file.path("groups").valueStream())
                .flatMap(group -> group.path("rules").valueStream())
                .toList();
    }

    static List<JsonNode> stories() throws IOException {
        return read(STORIES).stream()
                .flatMap(file -> file.path("tests").valueStream())
                .toList();
    }

    private static List<JsonNode> read(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<JsonNode> documents = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                Object document = new Yaml().load(Files.readString(file));
                documents.add(JsonMapper.shared().valueToTree(document));
            }
            return documents;
        }
    }
}
