package io.klinggateway.chart;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of an installation with the next version: migrations, new pods, a render by a tool without a cluster. */
class UpgradeTests {

    private static final String TRIAL = """
            vendor: {apiKey: afk_canary}
            database: {trial: {enabled: true}}
            """;

    private static final String MIGRATED_BY_A_JOB = """
            vendor: {existingSecret: {name: vendor}}
            database: {url: "jdbc:postgresql://pgbouncer:6432/g", migrationUrl: "jdbc:postgresql://db/g", existingSecret: {name: db}}
            config: {gateway: {queue: {longest-wait: 2h}}}
            tenants: {existingSecret: {name: declaration}}
            migrations: {job: {enabled: true}}
            """;

    @Test
    void theJobMigratesBeforeAPodIsTouchedAndThenEnds() {
        var manifests = Chart.render(MIGRATED_BY_A_JOB);
        var job = manifests.only(Job.class);

        assertThat(job.getMetadata().getAnnotations()).containsEntry(Chart.HOOK, "pre-upgrade");
        var container = job.getSpec().getTemplate().getSpec().getContainers().getFirst();
        assertThat(container.getImage())
                .isEqualTo(manifests
                        .only(Deployment.class)
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getImage());
        var environment = container.getEnv().stream().collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
        assertThat(environment)
                .containsEntry("SPRING_DATASOURCE_URL", "jdbc:postgresql://pgbouncer:6432/g")
                .containsEntry("SPRING_FLYWAY_URL", "jdbc:postgresql://db/g")
                .containsEntry("SPRING_APPLICATION_JSON", "{\"gateway\":{\"queue\":{\"longest-wait\":\"2h\"}}}")
                .containsEntry("SPRING_CONFIG_IMPORT", "configtree:/etc/kling-gateway/secrets/");
        assertThat(environment.get("JAVA_TOOL_OPTIONS")).endsWith(" -Dspring.context.exit=onRefresh");
    }

    /** It has the secret, and half of single sign-on stops any start. */
    @Test
    void theJobHasTheWholeOfSingleSignOn() {
        var job = Chart.render(MIGRATED_BY_A_JOB + """
                        signIn:
                          issuer: https://login.example.com
                          clientId: kling-gateway
                          existingSecret: {name: sign-in}
                          roles: {operator: [ops]}
                        """).only(Job.class);

        assertThat(job.getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getEnv())
                .filteredOn(variable -> variable.getName().equals("SPRING_APPLICATION_JSON"))
                .extracting(EnvVar::getValue)
                .singleElement(as(STRING))
                .contains(
                        "\"longest-wait\":\"2h\"",
                        "\"issuer\":\"https://login.example.com\"",
                        "\"client-id\":\"kling-gateway\"",
                        "\"operator\":[\"ops\"]");
    }

    /** Objects of the release are renewed after its hooks have run, and new ones made. */
    @Test
    void theJobNeedsNothingThatTheUpgradeItselfMakes() {
        assertThat(Chart.render(MIGRATED_BY_A_JOB)
                        .only(Job.class)
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getVolumes())
                .extracting(volume -> volume.getName())
                .containsExactly("tmp", "secrets");
    }

    @Test
    void noServiceLeadsToAPodThatOnlyMigratesOrTests() {
        var manifests = Chart.render(MIGRATED_BY_A_JOB);
        var others = manifests.podTemplates().stream()
                .map(pod -> pod.getMetadata().getLabels())
                .filter(labels -> !"gateway".equals(labels.get("app.kubernetes.io/component")))
                .toList();

        assertThat(others).hasSize(2);
        assertThat(manifests.of(Service.class))
                .hasSize(2)
                .allSatisfy(service -> assertThat(others)
                        .noneMatch(labels -> labels.entrySet()
                                .containsAll(service.getSpec().getSelector().entrySet())));
    }

    @Test
    void aPodThatMigratesIsNotKilledForIt() {
        var deployment = Chart.render(TRIAL + "startup: {seconds: 3600}\n")
                .only(Deployment.class)
                .getSpec();

        var probe =
                deployment.getTemplate().getSpec().getContainers().getFirst().getStartupProbe();
        assertThat(probe.getPeriodSeconds() * probe.getFailureThreshold()).isEqualTo(3600);
        assertThat(deployment.getProgressDeadlineSeconds()).isGreaterThan(3600);
    }

    @Test
    void eachRenderingGivesTheSame() {
        assertThat(Chart.render(TRIAL).all())
                .extracting(Manifests.Manifest::source)
                .isEqualTo(Chart.render(TRIAL).all().stream()
                        .map(Manifests.Manifest::source)
                        .toList());
    }

    @Test
    void theMadePasswordIsAnothersForAnotherKey() {
        assertThat(password(TRIAL)).hasSizeGreaterThan(12).isNotEqualTo(password(TRIAL.replace("canary", "other")));
        assertThatIllegalStateException()
                .isThrownBy(() -> Chart.render(TRIAL.replace("apiKey: afk_canary", "existingSecret: {name: vendor}")))
                .withMessageContaining("set database.trial.password");
    }

    private static @Nullable String password(String values) {
        return Chart.render(values)
                .named(Secret.class, "gw-kling-gateway-db")
                .getStringData()
                .get("password");
    }

    @Test
    void helmTestAsksWhetherTheGatewayIsReady() {
        var manifests = Chart.render(MIGRATED_BY_A_JOB);
        var pod = manifests.only(Pod.class);

        assertThat(pod.getMetadata().getAnnotations()).containsEntry(Chart.HOOK, "test");
        assertThat(pod.getSpec().getContainers().getFirst().getCommand().getLast())
                .contains(
                        "expect " + named(manifests, "gw-kling-gateway-management")
                                + " 9090 /actuator/health/readiness 200",
                        "expect " + named(manifests, "gw-kling-gateway") + " 80 /v2/me 401");
    }

    private static String named(Manifests manifests, String service) {
        return manifests.named(Service.class, service).getMetadata().getName();
    }

    @Test
    void theNotesOfAnUpgradeSayWhereItsStepsStand() {
        assertThat(Chart.notes(TRIAL)).doesNotContain("UPGRADING.md").contains("helm test gw");
    }

    @Test
    void thePublishedChartInstallsTheImageThatWasPublished(@TempDir Path directory)
            throws IOException, InterruptedException {
        var digest = "sha256:" + "a".repeat(64);
        var stamp = new ProcessBuilder("helm/stamp", directory.toString(), "1.2.3", "ghcr.io/owner/gateway", digest)
                .inheritIO()
                .start();
        assertThat(stamp.waitFor()).isZero();

        var deployment = Chart.render(directory.resolve("kling-gateway"), TRIAL).only(Deployment.class);

        assertThat(deployment
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getImage())
                .isEqualTo("ghcr.io/owner/gateway@" + digest);
        assertThat(deployment.getMetadata().getLabels())
                .containsAllEntriesOf(
                        Map.of("app.kubernetes.io/version", "1.2.3", "helm.sh/chart", "kling-gateway-1.2.3"));
    }
}
