package io.klinggateway.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.simulator.SimulatedApiframe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The metrics page of a gateway at work. */
class MetersTests {

    private static final Pattern SAMPLE = Pattern.compile("(kling_gateway_[a-z0-9_]+)(?:\\{(.*)\\})? \\S+");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");
    private static final Pattern ROW = Pattern.compile("\\| `(kling_gateway_[a-z0-9_]+)` \\| ([^|]*)\\|.*");
    private static final Pattern DOCUMENTED_LABEL = Pattern.compile("`([a-z_]+)`");

    private static final Pattern NAMED_IN_THE_CHART =
            Pattern.compile("(?<=metric:\\s{0,20}name: )\\S+|(?<=seriesQuery: ')[^{']+|\\bkling_gateway_[a-z0-9_]+");
    private static final Pattern RECORDED_BY_THE_CHART = Pattern.compile("record: (\\S+)");

    private static final SimulatedApiframe vendor = SimulatedApiframe.builder()
            .port(0)
            .queuedFor(Duration.ofMillis(100))
            .processingFor(Duration.ofSeconds(4))
            .build()
            .start();
    private static final List<String> pages = new ArrayList<>();
    private static String openMetrics = "";

    @BeforeAll
    static void work() {
        try (RunningGateway gateway = RunningGateway.start(
                TestDatabase.migrated(),
                vendor.baseUrl(),
                SimulatedApiframe.DEFAULT_API_KEY,
                List.of("design", "marketing", "research"),
                Map.of("gateway.tenants[2].limits.concurrent-generations", "1"))) {
            pages.add(gateway.metrics());
            gateway.generate(RunningGateway.keyOf("design"), "{\"prompt\":\"a fox\",\"model\":\"kling-image\"}");
            gateway.generate("a-key-that-nobody-has", "{}");
            gateway.generate(RunningGateway.keyOf("marketing"), "{}");
            gateway.generate(RunningGateway.keyOf("research"), "{\"prompt\":\"one\",\"model\":\"kling-image\"}");
            gateway.generate(RunningGateway.keyOf("research"), "{\"prompt\":\"two\",\"model\":\"kling-image\"}");
            await("the second one is seen waiting for the first")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> gateway.metrics().contains("kling_gateway_queue_waiting{tenant=\"research\"} 1.0"));
            await("the generations have ended and the books are read again")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> gateway.metrics().contains("kling_gateway_spend_credits_total{tenant=\"design\"} 2.0")
                            && gateway.metrics()
                                    .contains("kling_gateway_spend_credits_total{tenant=\"research\"} 4.0"));
            pages.add(gateway.metrics());
            openMetrics = gateway.openMetrics();
        }
    }

    @AfterAll
    static void stop() {
        vendor.close();
    }

    @Test
    void everyTenantsBooksAreThereAtTheFirstScrape() {
        assertThat(pages.getFirst())
                .contains(
                        "kling_gateway_budget_available_credits{tenant=\"design\",window=\"month\"} 1000.0",
                        "kling_gateway_budget_available_credits{tenant=\"marketing\",window=\"month\"} 1000.0",
                        "kling_gateway_spend_credits_total{tenant=\"marketing\"} 0.0",
                        "# TYPE kling_gateway_spend_credits_total counter",
                        "kling_gateway_spend_images_total{model_name=\"kling-v2\",tenant=\"design\"} 0.0");
    }

    @Test
    void whatWasDoneIsCounted() {
        assertThat(pages.getLast())
                .contains(
                        "kling_gateway_credits_total{key=\"ci\",outcome=\"held\",tenant=\"design\"} 2.0",
                        "kling_gateway_credits_total{key=\"ci\",outcome=\"captured\",tenant=\"design\"} 2.0",
                        "kling_gateway_generations_total{outcome=\"completed\",tenant=\"design\"} 1.0",
                        "kling_gateway_images_total{model_name=\"kling-v1\",tenant=\"design\"} 1.0",
                        "kling_gateway_queue_acceptance_seconds_count 3",
                        "kling_gateway_queue_waiting{tenant=\"research\"} 0.0",
                        "kling_gateway_rate_calls_total{purpose=\"send\"} 3.0",
                        "kling_gateway_rate_limit 500.0",
                        "kling_gateway_error_responses_total{code=\"api_key_invalid\",tenant=\"unknown\"} 1.0",
                        "kling_gateway_error_responses_total{code=\"validation_failed\",tenant=\"marketing\"} 1.0")
                .doesNotContain("a-key-that-nobody-has");
    }

    @Test
    void whatEndsIsTimedAndFailuresHaveACause() {
        assertThat(pages.getLast())
                .contains(
                        "kling_gateway_generation_duration_seconds_bucket{outcome=\"completed\",le=\"300.0\"} 3",
                        "kling_gateway_generation_duration_seconds_count{outcome=\"completed\"} 3",
                        "kling_gateway_generation_duration_seconds_count{outcome=\"failed\"} 0",
                        "kling_gateway_failures_total{cause=\"job_failed\"} 0.0",
                        "kling_gateway_failures_total{cause=\"waited_too_long\"} 0.0")
                .doesNotContain("cause=\"completed\"", "cause=\"cancelled\"");
    }

    @Test
    void everyMetricThatChartRulesAndDashboardsNameIsThere() throws IOException {
        Set<String> published = pages.getLast()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]", 2)[0])
                .collect(Collectors.toSet());
        Set<String> recorded = ShippedRules.all().stream()
                .filter(rule -> rule.has("record"))
                .map(rule -> rule.path("record").asString())
                .collect(Collectors.toSet());
        recorded.addAll(RECORDED_BY_THE_CHART
                .matcher(Files.readString(Path.of("helm/kling-gateway/templates/monitoring.yaml")))
                .results()
                .map(found -> found.group(1))
                .toList());
        Set<String> named = new TreeSet<>();
        ShippedRules.all()
                .forEach(rule ->
                        new Expression(rule.path("expr").asString()).metrics().forEach(named::add));
        for (Dashboard dashboard : Dashboard.all()) {
            dashboard
                    .queries()
                    .forEach(query ->
                            new Expression(query.expression()).metrics().forEach(named::add));
        }
        for (String file : List.of("templates/hpa.yaml", "README.md")) {
            NAMED_IN_THE_CHART
                    .matcher(Files.readString(Path.of("helm/kling-gateway", file)))
                    .results()
                    .forEach(found -> named.add(found.group()));
        }

        assertThat(named).contains("kling_gateway_generations_open", "hikaricp_connections_pending");
        assertThat(named)
                .isSubsetOf(Stream.concat(published.stream(), recorded.stream()).toList());
    }

    @Test
    void noBudgetIsInfinite() {
        assertThat(pages)
                .allSatisfy(page -> assertThat(page.lines().filter(line -> line.startsWith("kling_gateway_budget")))
                        .noneMatch(line -> line.contains("Inf") || line.contains("NaN")));
    }

    @Test
    void anOlderPrometheusCanReadThePageItAsksFor() {
        assertThat(openMetrics)
                .contains("# EOF", "hikaricp_connections_acquire_seconds_count")
                .doesNotContain(" # {");
    }

    @Test
    void everyMeterSaysWhatItIs() {
        assertThat(pages.getLast().lines().filter(line -> line.startsWith("# HELP kling_gateway_")))
                .isNotEmpty()
                .allMatch(line -> line.split(" ", 4).length == 4 && !line.split(" ", 4)[3].isBlank());
    }

    @Test
    void theReadmeListsExactlyTheMetersThatAreThere() throws IOException {
        assertThat(documented()).isEqualTo(published());
    }

    private static Map<String, Set<String>> published() {
        Map<String, Set<String>> labelsByName = new TreeMap<>();
        pages.getLast().lines().map(SAMPLE::matcher).filter(Matcher::matches).forEach(sample -> {
            Set<String> labels = labelsByName.computeIfAbsent(family(sample.group(1)), _ -> new TreeSet<>());
            LABEL.matcher(sample.group(2) == null ? "" : sample.group(2))
                    .results()
                    .map(label -> label.group(1))
                    .filter(label -> !label.equals("le"))
                    .forEach(labels::add);
        });
        return labelsByName;
    }

    /** A histogram's series count as one meter. */
    private static String family(String sample) {
        return sample.replaceFirst("_seconds_(bucket|count|sum|max)$", "_seconds");
    }

    private static Map<String, Set<String>> documented() throws IOException {
        Map<String, Set<String>> labelsByName = new TreeMap<>();
        Files.readAllLines(Path.of("src/docs/monitoring.md")).stream()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .forEach(row -> labelsByName.put(
                        row.group(1),
                        DOCUMENTED_LABEL
                                .matcher(row.group(2))
                                .results()
                                .map(label -> label.group(1))
                                .collect(Collectors.toCollection(TreeSet::new))));
        return labelsByName;
    }
}
