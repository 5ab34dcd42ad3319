package io.klinggateway.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What promtool does not check of the alerts; it runs their stories itself. */
class RulesTests {

    private static final Path RULES = Path.of("helm/kling-gateway/rules/kling-gateway.yaml");
    private static final Path STORIES = Path.of(".ci/rules/kling-gateway.test.yaml");
    private static final Path RUNBOOK = Path.of("helm/RUNBOOK.md");

    @Test
    void everyAlertSaysWhatIsWrongHowMuchAndWhatToDo() throws IOException {
        Set<String> sections = Files.readAllLines(RUNBOOK).stream()
                .filter(line -> line.startsWith("## "))
                .map(line -> "RUNBOOK.md#" + line.substring(3).strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());

        assertThat(alerts()).isNotEmpty().allSatisfy(alert -> {
            JsonNode annotations = alert.path("annotations");
            assertThat(annotations.path("summary").asString()).isNotBlank();
            assertThat(annotations.path("description").asString()).contains("$value");
            assertThat(annotations.path("runbook_url").asString()).isIn(sections);
            assertThat(alert.path("labels").path("severity").asString()).isIn("critical", "warning");
        });
    }

    @Test
    void everyAlertHasAStoryInWhichItFiresAndOneInWhichItDoesNot() throws IOException {
        List<String> stories = read(STORIES)
                .path("tests")
                .valueStream()
                .map(story -> story.path("name").asString())
                .toList();

        for (JsonNode alert : alerts()) {
            String name = alert.path("alert").asString();
            assertThat(stories)
                    .anyMatch(story -> story.equals(name + " fires"))
                    .anyMatch(story -> story.startsWith(name + " does not fire: "));
        }
    }

    private static List<JsonNode> alerts() throws IOException {
        return read(RULES)
                .path("groups")
                .valueStream()
                .flatMap(group -> group.path("rules").valueStream())
                .filter(rule -> rule.has("alert"))
                .toList();
    }

    private static JsonNode read(Path yaml) throws IOException {
        Object document = new Yaml().load(Files.readString(yaml));
        return JsonMapper.shared().valueToTree(document);
    }
}
