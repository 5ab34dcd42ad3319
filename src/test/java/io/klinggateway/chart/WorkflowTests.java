package io.klinggateway.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What builds and publishes: with which actions, and whether chart and image belong together. */
class WorkflowTests {

    private static final Path WORKFLOW = Path.of(".github", "workflows", "build.yml");

    @Test
    void everyActionIsPinnedToACommitWhoseVersionStandsBeside() throws IOException {
        var uses = Files.readAllLines(WORKFLOW).stream()
                .map(String::strip)
                .filter(line -> line.contains("uses:"))
                .toList();

        assertThat(uses)
                .isNotEmpty()
                .allSatisfy(
                        line -> assertThat(line).matches("- uses: [a-z-]+/[a-z-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+"));
    }

    @Test
    void theChartThatIsPublishedInstallsTheImageThatIsPushed() throws IOException {
        var push = environmentOf("docker/build-push-action", "with");
        var stamp = environmentOf("helm/stamp", "env");

        assertThat(push.get("tags")).isEqualTo(stamp.get("IMAGE") + ":" + stamp.get("VERSION"));
        assertThat(stamp.get("DIGEST")).isEqualTo("${{ steps.image.outputs.digest }}");
    }

    @Test
    void imageAndChartAreSignedAndCarryTheirProvenance() throws IOException {
        assertThat(steps())
                .extracting(step -> text(step, "run"))
                .filteredOn(run -> run.startsWith("cosign sign --yes "))
                .hasSize(2);
        assertThat(steps())
                .filteredOn(step -> text(step, "uses").startsWith("actions/attest-build-provenance@"))
                .extracting(step -> text((Map<?, ?>) Objects.requireNonNull(step.get("with")), "subject-digest"))
                .containsExactly("${{ steps.image.outputs.digest }}", "${{ steps.chart.outputs.digest }}");
    }

    private static Map<?, ?> environmentOf(String tool, String block) throws IOException {
        return steps().stream()
                .filter(step ->
                        text(step, "uses").startsWith(tool) || text(step, "run").startsWith(tool))
                .map(step -> (Map<?, ?>) Objects.requireNonNull(step.get(block)))
                .findFirst()
                .orElseThrow();
    }

    private static String text(Map<?, ?> step, String name) {
        return Objects.toString(step.get(name), "");
    }

    private static List<Map<String, Object>> steps() throws IOException {
        Map<String, Map<String, Map<String, List<Map<String, Object>>>>> workflow =
                new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(WORKFLOW));
        return Objects.requireNonNull(Objects.requireNonNull(
                        Objects.requireNonNull(workflow.get("jobs")).get("publish"))
                .get("steps"));
    }
}
