package io.klinggateway.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.Rule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What the chart gives to Prometheus and Grafana. */
class MonitoringTests {

    private static final String WATCHED = """
            vendor: {existingSecret: {name: vendor}}
            database: {url: "jdbc:postgresql://db:5432/gateway", existingSecret: {name: db}}
            monitoring:
              serviceMonitor: {enabled: true, labels: {release: prometheus}}
              dashboards: {enabled: true}
              prometheusRule:
                enabled: true
                labels: {release: prometheus}
            """;

    private static final String ON_A_PAGE = WATCHED + "    runbookUrl: https://wiki.example.com/gateway/RUNBOOK.md\n";

    private static final String AUTOSCALED = WATCHED + "replicas: 9\nautoscaling: {enabled: true, minReplicas: 3}\n";

    @Test
    void everyAlertLeadsToTheRunbook() {
        assertThat(annotations(ON_A_PAGE))
                .isNotEmpty()
                .allSatisfy(annotations -> assertThat(annotations.get("runbook_url"))
                        .matches("https://wiki\\.example\\.com/gateway/RUNBOOK\\.md#klinggateway[a-z]+"));
        assertThat(annotations(WATCHED))
                .isNotEmpty()
                .allSatisfy(
                        annotations -> assertThat(annotations)
                                .doesNotContainKey("runbook_url")
                                .hasEntrySatisfying(
                                        "runbook",
                                        runbook -> assertThat(runbook)
                                                .matches(
                                                        "ConfigMap images/gw-kling-gateway-runbook, section klinggateway[a-z]+")));
        assertThat(Chart.render(WATCHED)
                        .named(ConfigMap.class, "gw-kling-gateway-runbook")
                        .getData()
                        .get("RUNBOOK.md"))
                .contains("## KlingGatewayAbsent");
    }

    private static List<Map<String, String>> annotations(String values) {
        return rules(values)
                .filter(rule -> rule.getAlert() != null)
                .map(Rule::getAnnotations)
                .toList();
    }

    private static Stream<Rule> rules(String values) {
        return Chart.render(values).of(PrometheusRule.class).stream()
                .flatMap(rule -> rule.getSpec().getGroups().stream())
                .flatMap(group -> group.getRules().stream());
    }

    @Test
    void rulesKnowHowManyReplicasThisInstallationShouldHave() {
        assertThat(wanted(WATCHED)).isEqualTo("vector(2)");
        assertThat(wanted(WATCHED + "replicas: 5\n")).isEqualTo("vector(5)");
        assertThat(wanted(AUTOSCALED)).as("the fewest that autoscaling leaves").isEqualTo("vector(3)");
        assertThat(rules(WATCHED)
                        .filter(rule ->
                                rule.getRecord() != null && !rule.getLabels().isEmpty()))
                .singleElement()
                .satisfies(rule -> assertThat(rule.getLabels())
                        .containsEntry("namespace", "images")
                        .containsEntry(
                                "job",
                                Chart.render(WATCHED)
                                        .named(Service.class, "gw-kling-gateway-management")
                                        .getMetadata()
                                        .getName()));
    }

    private static String wanted(String values) {
        return rules(values)
                .filter(rule -> "installation:kling_gateway_replicas:wanted".equals(rule.getRecord()))
                .map(rule -> rule.getExpr().getStrVal())
                .collect(Collectors.joining());
    }

    @Test
    void everyRuleFileAndEveryDashboardIsShipped() throws IOException {
        var manifests = Chart.render(WATCHED);

        assertThat(manifests.of(PrometheusRule.class))
                .hasSameSizeAs(files("rules", ".yaml"))
                .allSatisfy(rule -> {
                    assertThat(rule.getSpec().getGroups()).isNotEmpty();
                    assertThat(rule.getMetadata().getLabels()).containsEntry("release", "prometheus");
                });
        var dashboards = manifests.named(ConfigMap.class, "gw-kling-gateway-dashboards");
        assertThat(dashboards.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
        assertThat(dashboards.getData().keySet())
                .containsExactlyInAnyOrderElementsOf(files("dashboards", ".json").stream()
                        .map(file -> file.getFileName().toString())
                        .toList());
        var json = JsonMapper.shared();
        assertThat(dashboards.getData().values())
                .allSatisfy(dashboard ->
                        assertThat(json.readTree(dashboard).path("panels")).isNotEmpty());
    }

    private static List<Path> files(String folder, String ending) throws IOException {
        try (var files = Files.list(Chart.DIRECTORY.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(ending)).toList();
        }
    }

    @Test
    void prometheusScrapesTheManagementServiceOfEveryPodOnce() {
        var manifests = Chart.render(WATCHED);

        var monitor = manifests.only(ServiceMonitor.class).getSpec();
        var found = manifests.of(Service.class).stream()
                .filter(service -> service.getMetadata()
                        .getLabels()
                        .entrySet()
                        .containsAll(monitor.getSelector().getMatchLabels().entrySet()))
                .toList();
        assertThat(found)
                .extracting(service -> service.getMetadata().getName())
                .containsExactly("gw-kling-gateway-management");
        assertThat(found.getFirst().getSpec().getPorts())
                .extracting(port -> port.getName())
                .contains(monitor.getEndpoints().getFirst().getPort());
    }
}
