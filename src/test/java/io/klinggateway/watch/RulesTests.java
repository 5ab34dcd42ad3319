package io.klinggateway.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What promtool does not check of the alerts; it runs their stories itself. */
class RulesTests {

    private static final Path RUNBOOK = Path.of("helm/kling-gateway/RUNBOOK.md");

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
        assertThat(sections).as("a section for each alert, and no other").hasSameSizeAs(alerts());
    }

    @Test
    void noTeamsOwnAffairCallsAnybodyOut() throws IOException {
        assertThat(alerts().stream()
                        .filter(alert -> alert.path("alert").asString().startsWith("KlingGatewayBudget")))
                .isNotEmpty()
                .allMatch(alert ->
                        alert.path("labels").path("severity").asString().equals("warning"));
    }

    @Test
    void everyRuleKeepsInstallationsApart() throws IOException {
        assertThat(ShippedRules.all().stream()
                        .map(rule -> new Expression(rule.path("expr").asString())))
                .isNotEmpty()
                .allSatisfy(expression -> {
                    assertThat(expression.groupings())
                            .as(expression.text())
                            .allMatch(labels -> labels.startsWith("namespace, job"));
                    assertThat(expression.matchings())
                            .as(expression.text())
                            .allMatch(labels -> labels.startsWith("namespace, job") || labels.isEmpty());
                });
    }

    @Test
    void everyAlertHasAStoryInWhichItFiresBesideAHealthyInstallationAndOneInWhichItDoesNot() throws IOException {
        List<JsonNode> stories = ShippedRules.stories();

        for (JsonNode alert : alerts()) {
            String name = alert.path("alert").asString();
            assertThat(stories)
                    .as(name)
                    .anyMatch(named((name + " fires")::equals).and(RulesTests::firesForProductionAlone))
                    .anyMatch(named(story -> story.startsWith(name + " does not fire: ")));
        }
    }

    private static Predicate<JsonNode> named(Predicate<String> name) {
        return story -> name.test(story.path("name").asString());
    }

    private static boolean firesForProductionAlone(JsonNode story) {
        List<JsonNode> expected = story.path("alert_rule_test")
                .path(0)
                .path("exp_alerts")
                .valueStream()
                .toList();
        return story.path("input_series")
                        .valueStream()
                        .anyMatch(series -> series.path("series").asString().contains("namespace=\"staging\""))
                && !expected.isEmpty()
                && expected.stream()
                        .allMatch(fired -> fired.path("exp_labels")
                                .path("namespace")
                                .asString()
                                .equals("production"));
    }

    private static List<JsonNode> alerts() throws IOException {
        return ShippedRules.all().stream().filter(rule -> rule.has("alert")).toList();
    }
}
