package io.klinggateway.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.io.ByteArrayResource;

class ChartTests {

    /** The gateway's, after the Service has let go of it: sends under way, requests being answered, webhooks on their way. */
    private static final long LONGEST_STOP_SECONDS = 75;

    private static final String MINIMAL = """
            vendor: {existingSecret: {name: vendor}}
            database: {url: "jdbc:postgresql://db:5432/gateway", existingSecret: {name: db}}
            """;

    private static final String TRIAL = """
            vendor: {apiKey: afk_canary}
            operators: {token: token_canary}
            database: {trial: {enabled: true, password: database_canary}}
            tenants:
              declared:
                - name: team-a
                  budget: {period: MONTH, limit: 1000, timeZone: Europe/Berlin}
                  limits: {requestsPerMinute: 60, concurrentGenerations: 10, waitingGenerations: 500, weight: 3}
                  keys: [{name: laptop, sha256: "%s"}]
            """.formatted("1".repeat(64));

    private static final String TRIAL_AGAINST_A_DATABASE_OF_ITS_OWN = """
            vendor: {apiKey: afk_canary}
            database: {url: "jdbc:postgresql://db:5432/gateway", username: gateway, password: database_canary}
            """;

    private static final String REPLICATED = """
            vendor: {existingSecret: {name: vendor, previousKey: previous}}
            database: {cloudnativepg: {enabled: true, storageClass: fast, resources: {requests: {cpu: "1"}}}}
            """;

    private static final String EVERYTHING = """
            image: {repository: images/kling-gateway, digest: "sha256:%s"}
            imagePullSecrets: [{name: registry}]
            autoscaling: {enabled: true, minReplicas: 3, maxReplicas: 7, waiting: {enabled: true}}
            vendor: {existingSecret: {name: vendor, key: afk, previousKey: afk-before}}
            operators: {existingSecret: {name: operators}}
            database:
              url: "jdbc:postgresql://pgbouncer:6432/gateway"
              migrationUrl: "jdbc:postgresql://db/gateway"
              existingSecret: {name: db}
            tenants: {existingSecret: {name: declaration, key: all.yaml}, revision: 12}
            migrations: {job: {enabled: true}}
            tracing: {endpoint: "http://collector.monitoring:4318/v1/traces"}
            publicUrl: https://kling.example.com
            config: {gateway: {queue: {longest-wait: 2h}}}
            secretProperties: [{secret: more, key: one, property: gateway.more.one}]
            configTrees: [/mnt/vault]
            extraEnv: [{name: TZ, value: UTC}]
            extraVolumes: [{name: vault, csi: {driver: secrets-store.csi.k8s.io, readOnly: true}}]
            extraVolumeMounts: [{name: vault, mountPath: /mnt/vault, readOnly: true}]
            podLabels: {team: images}
            podAnnotations: {note: "1"}
            nodeSelector: {disk: ssd}
            tolerations: [{key: spot, operator: Exists}]
            affinity: {nodeAffinity: {}}
            priorityClassName: high
            service: {type: LoadBalancer, port: 8080, annotations: {a: b}}
            serviceAccount: {annotations: {c: d}}
            ingress:
              enabled: true
              className: nginx
              annotations: {e: f}
              hosts: [kling.example.com, kling.example.org]
              tls: [{secretName: tls, hosts: [kling.example.com]}]
            httpRoute: {enabled: true, parentRefs: [{name: public, namespace: gateways}], hostnames: [kling.example.com]}
            pictures:
              store: s3
              serve: gateway
              retention: 14d
              s3: {bucket: images, endpoint: "https://minio.storage:9000", port: 9000, pathStyle: true, encryption: AES256}
              existingSecret: {name: pictures, credentialsKey: aws}
            networkPolicy:
              bucket: [{namespaceSelector: {}}]
              extraEgress: [{to: [{ipBlock: {cidr: 10.1.0.0/16}}], ports: [{port: 8443}]}]
            monitoring:
              serviceMonitor: {enabled: true, labels: {release: prometheus}}
              prometheusRule: {enabled: true, labels: {release: prometheus}}
              dashboards: {enabled: true}
            """.formatted("0".repeat(64));

    static Stream<Arguments> accepted() {
        return Stream.of(
                Arguments.argumentSet("minimal", MINIMAL),
                Arguments.argumentSet("trial", TRIAL),
                Arguments.argumentSet("trial against a database", TRIAL_AGAINST_A_DATABASE_OF_ITS_OWN),
                Arguments.argumentSet("replicated database", REPLICATED),
                Arguments.argumentSet("everything", EVERYTHING));
    }

    @Test
    void lintFindsNothingToWarnOf() {
        var lint = Chart.helm().lint().strict().call();

        assertThat(lint.isFailed()).as(String.join("\n", lint.getMessages())).isFalse();
    }

    @Test
    void defaultValuesAloneAreRefusedWithASentenceForEachThingThatIsMissing() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Chart.render(""))
                .withMessageContaining("The vendor key is missing: set vendor.existingSecret.name")
                .withMessageContaining("The database is missing: set database.url");
    }

    private static String signIn(String mapping) {
        return "signIn: {issuer: 'https://login.example.com', clientId: gateway, existingSecret: {name: sign-in}, "
                + mapping + "}";
    }

    @Test
    void singleSignOnReachesTheGatewayAndItsSecretOnlyAsAFile() throws IOException {
        var manifests = Chart.render(MINIMAL
                + signIn("roles: {operator: [ops], member: ['kling-{team}']}, teams: {design: {admin: ['4711']}}")
                + "\nconfig: {gateway: {queue: {longest-wait: 2h}}}\n");
        var file = new YamlPropertySourceLoader()
                .load(
                        "config",
                        new ByteArrayResource(Objects.requireNonNull(manifests
                                        .only(ConfigMap.class)
                                        .getData()
                                        .get("application.yaml"))
                                .getBytes(StandardCharsets.UTF_8)))
                .getFirst();

        assertThat(file.getProperty("gateway.queue.longest-wait")).isEqualTo("2h");
        assertThat(file.getProperty("gateway.sign-in.issuer")).isEqualTo("https://login.example.com");
        assertThat(file.getProperty("gateway.sign-in.client-id")).isEqualTo("gateway");
        assertThat(file.getProperty("gateway.sign-in.roles.operator[0]")).isEqualTo("ops");
        assertThat(file.getProperty("gateway.sign-in.roles.member[0]")).isEqualTo("kling-{team}");
        assertThat(file.getProperty("gateway.sign-in.teams.design.admin[0]")).isEqualTo("4711");
        assertThat(file.getProperty("gateway.sign-in.client-secret")).isNull();
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("replica: 3", "replica"),
                Arguments.of("replicas: two", "replicas"),
                Arguments.of("replicas: 0", "replicas"),
                Arguments.of("image: {tags: x}", "tags"),
                Arguments.of("vendor: {existingSecret: {nam: x}}", "nam"),
                Arguments.of("vendor: {requestsPerMinute: 0}", "requestsPerMinute"),
                Arguments.of("vendor: {baseUrl: api.apiframe.ai}", "baseUrl"),
                Arguments.of("signIn: {issuer: 'http://login.example.com'}", "issuer"),
                Arguments.of("signIn: {issuer: 'https://login.example.com', clientId: gateway}", "half set"),
                Arguments.of("signIn: {clientId: gateway}", "signIn.issuer is missing"),
                Arguments.of(signIn("roles: {}"), "would let nobody in"),
                Arguments.of(signIn("roles: {member: [users]}"), "member"),
                Arguments.of(signIn("roles: {operator: ['{team}']}"), "operator"),
                Arguments.of(signIn("teams: {design: {viewer: [x]}}"), "viewer"),
                Arguments.of("database: {url: postgresql://db/gateway}", "url"),
                Arguments.of("database: {url: 'jdbc:postgresql://db/gateway?user=a&password=b'}", "url"),
                Arguments.of("database: {cloudnativepg: {instances: 1}}", "instances"),
                Arguments.of("database: {cloudnativepg: {extraSpec: {storage: {size: 1Gi}}}}", "storage"),
                Arguments.of("database: {cloudnativepg: {restore: {owner: somebody}}}", "owner"),
                Arguments.of("database: {existingSecret: {name: ''}}", "The database's credentials are missing"),
                Arguments.of("database: {trial: {enabled: true}}", "One database is enough"),
                Arguments.of("tenants: {declared: [{name: Team, budget: {period: DAY, limit: 1}}]}", "name"),
                Arguments.of("tenants: {declared: [{name: team}]}", "budget"),
                Arguments.of("tenants: {declared: [{name: team, budget: {period: YEAR, limit: 1}}]}", "period"),
                Arguments.of(limits("waitingGenerations: 0"), "waitingGenerations"),
                Arguments.of(limits("waitingGenerations: 1000001"), "waitingGenerations"),
                Arguments.of(limits("concurrentGenerations: many"), "concurrentGenerations"),
                Arguments.of(limits("weight: 0"), "weight"),
                Arguments.of(limits("weight: 101"), "weight"),
                Arguments.of(limits("weight: 1.5"), "weight"),
                Arguments.of(limits("share: 1"), "share"),
                Arguments.of(
                        "tenants: {declared: [{name: team, budget: {period: DAY, limit: 1},"
                                + " keys: [{name: k, sha256: abc}]}]}",
                        "sha256"),
                Arguments.of(
                        "tenants: {existingSecret: {name: x}, declared: [{name: t, budget: {period: DAY, limit: 1}}]}",
                        "Tenants are declared twice"),
                Arguments.of("autoscaling: {enabled: true, minReplicas: 9}", "autoscaling.maxReplicas"),
                Arguments.of("database: {port: 70000}", "port"),
                Arguments.of("startup: {seconds: 5}", "seconds"),
                Arguments.of("migrations: {job: {enable: true}}", "enable"),
                Arguments.of("tracing: {endpoint: 'collector:4318'}", "endpoint"),
                Arguments.of("shutdown: {pauseSeconds: 30}", "shutdown.graceSeconds"),
                Arguments.of("pictures: {store: directory}", "store"),
                Arguments.of(
                        "pictures: {store: s3, existingSecret: {name: p}, baseUrl: https://a}",
                        "pictures.s3.bucket is empty"),
                Arguments.of(
                        "pictures: {store: s3, s3: {bucket: images}, baseUrl: https://a}",
                        "pictures.existingSecret.name is empty"),
                Arguments.of(
                        "pictures: {store: s3, s3: {bucket: images}, existingSecret: {name: p}}",
                        "pictures.baseUrl is empty"),
                Arguments.of("ingress: {enabled: true}", "ingress.hosts is empty"),
                Arguments.of("httpRoute: {enabled: true}", "httpRoute.parentRefs is empty"),
                Arguments.of("networkPolicy: {egressPorts: ['443']}", "egressPorts"),
                Arguments.of("autoscaling: {inFlight: {enabled: true}}", "inFlight"),
                Arguments.of("monitoring: {prometheusRule: {runbookUrl: RUNBOOK.md}}", "runbookUrl"),
                Arguments.of("monitoring: {serviceMonitor: {interval: 15}}", "interval"));
    }

    private static String limits(String limit) {
        return "tenants: {declared: [{name: team, budget: {period: DAY, limit: 1}, limits: {" + limit + "}}]}";
    }

    @ParameterizedTest
    @MethodSource("refused")
    void wrongValuesAreRefusedByName(String wrong, String named) {
        assertThatIllegalStateException()
                .isThrownBy(() -> Chart.render(merged(wrong)))
                .withMessageContaining(named);
    }

    /** Wrong values beside those that are needed; where both speak of one block, the wrong ones are put into it. */
    private static String merged(String wrong) {
        var block = wrong.substring(0, wrong.indexOf(':'));
        var others = MINIMAL.lines()
                .filter(line -> !line.startsWith(block + ":") || wrong.startsWith("vendor: {existing"))
                .filter(line -> !wrong.startsWith("vendor: {existing") || !line.startsWith("vendor:"));
        var own = wrong;
        if (wrong.startsWith("database: {existing") || wrong.startsWith("database: {trial")) {
            own = wrong.replaceFirst("\\{", "{url: 'jdbc:postgresql://db:5432/gateway', ");
        }
        return String.join("\n", others.toList()) + "\n" + own + "\n";
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void everyObjectIsNamedOnceAndLabelled(String values) {
        var seen = new HashSet<String>();
        for (var manifest : Chart.render(values).all()) {
            var object = manifest.object();
            assertThat(seen.add(object.getKind() + "/" + object.getMetadata().getName()))
                    .as("%s %s", object.getKind(), object.getMetadata().getName())
                    .isTrue();
            assertThat(object.getMetadata().getLabels())
                    .containsEntry("app.kubernetes.io/name", "kling-gateway")
                    .containsEntry("app.kubernetes.io/instance", "gw")
                    .containsKeys("app.kubernetes.io/component", "app.kubernetes.io/version", "helm.sh/chart");
        }
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void everyPodIsLockedDown(String values) {
        var pods = Chart.render(values).podTemplates();
        assertThat(pods).isNotEmpty();
        for (var pod : pods) {
            var spec = pod.getSpec();
            assertThat(spec.getAutomountServiceAccountToken()).isFalse();
            assertThat(spec.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(spec.getSecurityContext().getRunAsUser()).isPositive();
            assertThat(spec.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            for (var container : spec.getContainers()) {
                var security = container.getSecurityContext();
                assertThat(security.getReadOnlyRootFilesystem()).isTrue();
                assertThat(security.getAllowPrivilegeEscalation()).isFalse();
                assertThat(security.getPrivileged()).isFalse();
                assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
                assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
                assertThat(container.getResources().getLimits()).containsKey("memory");
                assertThat(container.getVolumeMounts())
                        .allMatch(mount -> spec.getVolumes().stream()
                                        .anyMatch(volume -> volume.getName().equals(mount.getName()))
                                || mount.getName().equals("data"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void selectorsFindTheirPodsAndNoOthers(String values) {
        var manifests = Chart.render(values);
        var gateway = labels(manifests.only(Deployment.class));
        assertThat(manifests.only(Deployment.class).getSpec().getSelector().getMatchLabels())
                .satisfies(selector -> assertThat(gateway).containsAllEntriesOf(selector));
        assertThat(manifests
                        .only(PodDisruptionBudget.class)
                        .getSpec()
                        .getSelector()
                        .getMatchLabels())
                .satisfies(selector -> assertThat(gateway).containsAllEntriesOf(selector));
        assertThat(manifests
                        .named(NetworkPolicy.class, "gw-kling-gateway")
                        .getSpec()
                        .getPodSelector()
                        .getMatchLabels())
                .satisfies(selector -> assertThat(gateway).containsAllEntriesOf(selector));
        assertThat(manifests
                        .only(Deployment.class)
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getTopologySpreadConstraints())
                .hasSize(2)
                .allSatisfy(constraint -> assertThat(gateway)
                        .containsAllEntriesOf(constraint.getLabelSelector().getMatchLabels()));
        for (var service : manifests.of(Service.class)) {
            var selector = service.getSpec().getSelector();
            var found = manifests.podTemplates().stream()
                    .filter(pod -> pod.getMetadata().getLabels().entrySet().containsAll(selector.entrySet()))
                    .toList();
            assertThat(found).as(service.getMetadata().getName()).hasSize(1);
            assertThat(found.getFirst().getSpec().getContainers().getFirst().getPorts())
                    .anyMatch(port -> port.getName()
                            .equals(service.getSpec()
                                    .getPorts()
                                    .getFirst()
                                    .getTargetPort()
                                    .getStrVal()));
        }
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void secretsStandInSecretsOnlyAndReachTheGatewayAsFiles(String values) {
        var manifests = Chart.render(values);
        for (var manifest : manifests.all()) {
            if (!(manifest.object() instanceof Secret)) {
                assertThat(manifest.source()).doesNotContain("canary").doesNotContain("1".repeat(64));
            }
        }
        assertThat(manifests.podTemplates())
                .flatExtracting(pod -> pod.getSpec().getContainers())
                .flatExtracting(Container::getEnv)
                .allMatch(variable -> variable.getValueFrom() == null);
        assertThat(secretFiles(gatewayPod(manifests)))
                .contains("apiframe.api-key", "spring.datasource.username", "spring.datasource.password");
        assertThat(environment(manifests).get("SPRING_CONFIG_IMPORT"))
                .startsWith("configtree:/etc/kling-gateway/secrets/");
    }

    @Test
    void trialSecretsHoldWhatTheVolumeReads() {
        var manifests = Chart.render(TRIAL);

        var trial = manifests.named(Secret.class, "gw-kling-gateway-trial").getStringData();
        assertThat(trial)
                .containsOnly(
                        Map.entry("apiframe.api-key", "afk_canary"), Map.entry("gateway.admin.token", "token_canary"));
        var database = manifests.named(Secret.class, "gw-kling-gateway-db").getStringData();
        assertThat(database).containsOnly(Map.entry("username", "gateway"), Map.entry("password", "database_canary"));
        for (var source : gatewayPod(manifests).getVolumes().stream()
                .filter(volume -> volume.getName().equals("secrets"))
                .findAny()
                .orElseThrow()
                .getProjected()
                .getSources()) {
            var secret = manifests.named(Secret.class, source.getSecret().getName());
            assertThat(secret.getStringData())
                    .containsKeys(source.getSecret().getItems().stream()
                            .map(KeyToPath::getKey)
                            .toArray(String[]::new));
        }
    }

    @Test
    void livenessAsksForNothingOutsideThePod() {
        var container = gatewayPod(Chart.render(MINIMAL)).getContainers().getFirst();

        assertThat(container.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/actuator/health/liveness");
        assertThat(container.getStartupProbe().getHttpGet().getPath()).isEqualTo("/actuator/health/liveness");
        assertThat(container.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/actuator/health/readiness");
        assertThat(Stream.of(container.getLivenessProbe(), container.getStartupProbe(), container.getReadinessProbe()))
                .allMatch(probe ->
                        "management".equals(probe.getHttpGet().getPort().getStrVal()));
    }

    @Test
    void rolloutsTakeNoPodAwayBeforeItsSuccessorServes() {
        var deployment = Chart.render(MINIMAL).only(Deployment.class).getSpec();

        assertThat(deployment.getReplicas()).isEqualTo(2);
        assertThat(deployment
                        .getStrategy()
                        .getRollingUpdate()
                        .getMaxUnavailable()
                        .getIntVal())
                .isZero();
        var pod = deployment.getTemplate().getSpec();
        var pause = pod.getContainers()
                .getFirst()
                .getLifecycle()
                .getPreStop()
                .getSleep()
                .getSeconds();
        assertThat(pause).isPositive();
        assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThanOrEqualTo(pause + 5 + LONGEST_STOP_SECONDS);
        assertThat(environment(Chart.render(MINIMAL))).containsEntry("GATEWAY_SHUTDOWN_DRAIN", "5s");
    }

    @Test
    void everyPodIsToldTheAccountsWholeRate() {
        assertThat(environment(Chart.render(MINIMAL))).containsEntry("APIFRAME_REQUESTS_PER_MINUTE", "500");
        assertThat(environment(Chart.render(EVERYTHING))).containsEntry("APIFRAME_REQUESTS_PER_MINUTE", "500");
        assertThat(environment(Chart.render(TRIAL.replace("apiKey:", "requestsPerMinute: 60000000, apiKey:"))))
                .containsEntry("APIFRAME_REQUESTS_PER_MINUTE", "60000000");
    }

    @Test
    void declaredTenantsBecomeASecretThatTheGatewayReads() throws IOException {
        var manifests = Chart.render(TRIAL);

        var secret = manifests.named(Secret.class, "gw-kling-gateway-tenants");
        var declaration = Objects.requireNonNull(secret.getStringData().get("tenants.yaml"));
        var properties = new YamlPropertySourceLoader()
                .load("tenants", new ByteArrayResource(declaration.getBytes(StandardCharsets.UTF_8)))
                .getFirst();
        assertThat(properties.getProperty("gateway.tenants[0].name")).isEqualTo("team-a");
        assertThat(properties.getProperty("gateway.tenants[0].budget.period")).isEqualTo("MONTH");
        assertThat(properties.getProperty("gateway.tenants[0].budget.limit")).isEqualTo(1000);
        assertThat(properties.getProperty("gateway.tenants[0].budget.timeZone")).isEqualTo("Europe/Berlin");
        assertThat(properties.getProperty("gateway.tenants[0].limits.waitingGenerations"))
                .isEqualTo(500);
        assertThat(properties.getProperty("gateway.tenants[0].limits.weight")).isEqualTo(3);
        assertThat(properties.getProperty("gateway.tenants[0].keys[0].sha256")).isEqualTo("1".repeat(64));
        assertThat(properties.getProperty("gateway.declaration-revision")).isEqualTo(1);
        assertThat(environment(manifests).get("SPRING_CONFIG_IMPORT"))
                .contains("file:/etc/kling-gateway/tenants/tenants.yaml");
    }

    @Test
    void aChangedSecretRollsThePodsAndAnUnchangedOneDoesNot() {
        var before = checksum(TRIAL);

        assertThat(checksum(TRIAL)).isEqualTo(before);
        assertThat(checksum(TRIAL + "replicas: 4\n")).isEqualTo(before);
        assertThat(checksum(TRIAL.replace("afk_canary", "afk_other"))).isNotEqualTo(before);
        assertThat(checksum(TRIAL.replace("limit: 1000", "limit: 2000"))).isNotEqualTo(before);
        assertThat(checksum(TRIAL.replace("token_canary", "token_other"))).isNotEqualTo(before);
    }

    private static @Nullable String checksum(String values) {
        return Chart.render(values)
                .only(Deployment.class)
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getAnnotations()
                .get("checksum/secrets");
    }

    @Test
    void settingsOfTheOperatorReachTheGateway() {
        var manifests = Chart.render(EVERYTHING);

        assertThat(manifests
                        .named(ConfigMap.class, "gw-kling-gateway")
                        .getData()
                        .get("application.yaml"))
                .isEqualToIgnoringWhitespace("gateway:\n  queue:\n    longest-wait: 2h");
        assertThat(environment(manifests))
                .containsEntry("GATEWAY_PUBLIC_URL", "https://kling.example.com")
                .containsEntry("SPRING_DATASOURCE_URL", "jdbc:postgresql://pgbouncer:6432/gateway")
                .containsEntry(
                        "SPRING_CONFIG_IMPORT",
                        "configtree:/etc/kling-gateway/secrets/,configtree:/mnt/vault/,"
                                + "file:/etc/kling-gateway/config/application.yaml,"
                                + "file:/etc/kling-gateway/tenants/tenants.yaml");
        assertThat(secretFiles(gatewayPod(manifests)))
                .contains("apiframe.api-key-previous", "gateway.admin.token", "gateway.more.one");
        assertThat(environment(manifests))
                .containsEntry("GATEWAY_PICTURES_STORE", "s3")
                .containsEntry("GATEWAY_PICTURES_SERVE", "gateway")
                .containsEntry("GATEWAY_PICTURES_RETENTION", "14d")
                .containsEntry("GATEWAY_PICTURES_S3_BUCKET", "images")
                .containsEntry("GATEWAY_PICTURES_S3_ENDPOINT", "https://minio.storage:9000")
                .containsEntry("GATEWAY_PICTURES_S3_PATH_STYLE", "true")
                .containsEntry("GATEWAY_PICTURES_S3_ENCRYPTION", "AES256")
                .containsEntry("AWS_SHARED_CREDENTIALS_FILE", "/etc/kling-gateway/bucket/credentials")
                .doesNotContainKeys("GATEWAY_PICTURES_BASE_URL", "GATEWAY_PICTURES_S3_REGION");
        assertThat(secretFiles(gatewayPod(manifests))).contains("gateway.pictures.signing-secret");
        assertThat(manifests
                        .named(NetworkPolicy.class, "gw-kling-gateway")
                        .getSpec()
                        .getEgress())
                .anySatisfy(
                        rule -> assertThat(rule.getPorts().getFirst().getPort().getIntVal())
                                .isEqualTo(9000));
        assertThat(environment(Chart.render(MINIMAL)).keySet()).noneMatch(name -> name.contains("PICTURES"));
        assertThat(gatewayPod(manifests).getContainers().getFirst().getImage())
                .isEqualTo("images/kling-gateway@sha256:" + "0".repeat(64));
    }

    @Test
    void theOperatorApiIsNotReachableFromOutside() {
        var manifests = Chart.render(EVERYTHING);

        assertThat(manifests.only(Ingress.class).getSpec().getRules())
                .hasSize(2)
                .allSatisfy(rule -> assertThat(rule.getHttp().getPaths())
                        .extracting(path -> path.getPath())
                        .containsExactly("/v2", "/callbacks"));
        assertThat(manifests.only(HTTPRoute.class).getSpec().getRules())
                .flatExtracting(rule -> rule.getMatches())
                .extracting(match -> match.getPath().getValue())
                .containsExactly("/v2", "/callbacks");
        assertThat(manifests.only(Ingress.class).getSpec().getRules())
                .flatExtracting(rule -> rule.getHttp().getPaths())
                .extracting(path -> path.getBackend().getService().getName())
                .containsOnly("gw-kling-gateway");
        assertThat(manifests.only(HTTPRoute.class).getSpec().getRules())
                .flatExtracting(rule -> rule.getBackendRefs())
                .allMatch(backend -> backend.getName().equals("gw-kling-gateway") && backend.getPort() == 8080);
    }

    @Test
    void autoscalingDecidesTheNumberOfPodsAlone() {
        var manifests = Chart.render(EVERYTHING);

        var autoscaler = manifests.only(HorizontalPodAutoscaler.class).getSpec();
        assertThat(autoscaler.getScaleTargetRef().getName())
                .isEqualTo(manifests.only(Deployment.class).getMetadata().getName());
        assertThat(autoscaler.getMetrics())
                .extracting(metric -> metric.getType())
                .containsExactly("Resource", "External");
        var waiting = autoscaler.getMetrics().getLast().getExternal();
        assertThat(waiting.getMetric().getSelector().getMatchLabels())
                .containsEntry("state", "waiting")
                .containsEntry(
                        "job",
                        manifests
                                .named(Service.class, "gw-kling-gateway-management")
                                .getMetadata()
                                .getName());
        assertThat(waiting.getTarget().getType())
                .as("every pod publishes the whole queue, so it is divided by their number")
                .isEqualTo("AverageValue");
        assertThat(manifests.only(Deployment.class).getSpec().getReplicas()).isNull();
    }

    @Test
    void theReplicatedDatabaseCommitsOnASecondServer() {
        var manifests = Chart.render(REPLICATED);

        var spec = Objects.requireNonNull(
                manifests.only(CloudNativePgCluster.class).getSpec());
        assertThat(spec.postgresql().synchronous())
                .isEqualTo(new CloudNativePgCluster.Synchronous("any", 1, "required"));
        assertThat(environment(manifests))
                .containsEntry("SPRING_DATASOURCE_URL", "jdbc:postgresql://gw-kling-gateway-db-rw:5432/gateway");
        assertThat(manifests.of(StatefulSet.class)).isEmpty();
    }

    @Test
    void theReplicatedDatabaseIsBackedUpAndRestoredAsItsOperatorIsTold() {
        var backedUp = cluster("{enabled: true, backup: {retentionPolicy: 30d}}");
        assertThat(backedUp.backup()).containsEntry("retentionPolicy", "30d");
        assertThat(backedUp.bootstrap().initdb()).isEqualTo(new CloudNativePgCluster.InitDb("gateway", "gateway"));

        var restored = cluster("""
                {enabled: true, restore: {source: lost, recoveryTarget: {targetImmediate: true}},
                 extraSpec: {externalClusters: [{name: lost}]}}""");
        assertThat(restored.bootstrap().initdb()).isNull();
        assertThat(restored.bootstrap().recovery())
                .containsEntry("source", "lost")
                .containsEntry("recoveryTarget", Map.of("targetImmediate", true))
                .containsEntry("database", "gateway")
                .containsEntry("owner", "gateway");
        assertThat(restored.externalClusters()).containsExactly(Map.of("name", "lost"));
        assertThat(restored.backup()).isNull();
    }

    private static CloudNativePgCluster.Spec cluster(String values) {
        return Objects.requireNonNull(
                Chart.render("vendor: {existingSecret: {name: vendor}}\ndatabase: {cloudnativepg: " + values + "}\n")
                        .only(CloudNativePgCluster.class)
                        .getSpec());
    }

    @Test
    void theServiceAccountHasNoToken() {
        var manifests = Chart.render(MINIMAL);

        var account = manifests.only(ServiceAccount.class);
        assertThat(account.getAutomountServiceAccountToken()).isFalse();
        assertThat(gatewayPod(manifests).getServiceAccountName())
                .isEqualTo(account.getMetadata().getName());
    }

    @Test
    void notesSayHowToMakeTheFirstCallAndShowNoSecret() {
        assertThat(Chart.notes(TRIAL))
                .contains("service/gw-kling-gateway 8080:80", "/v2/images/generate")
                .contains("The database is one pod for trying out")
                .contains("Secrets were given as values")
                .doesNotContain("No team is declared")
                .doesNotContain("1".repeat(64));
        assertThat(Chart.notes(MINIMAL)).contains("No team is declared yet").doesNotContain("for trying out");
    }

    private static PodSpec gatewayPod(Manifests manifests) {
        return manifests.only(Deployment.class).getSpec().getTemplate().getSpec();
    }

    private static Map<String, String> labels(Deployment deployment) {
        return deployment.getSpec().getTemplate().getMetadata().getLabels();
    }

    private static Map<String, String> environment(Manifests manifests) {
        return gatewayPod(manifests).getContainers().getFirst().getEnv().stream()
                .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
    }

    private static List<String> secretFiles(PodSpec pod) {
        return pod.getVolumes().stream()
                .filter(volume -> volume.getName().equals("secrets"))
                .flatMap(volume -> volume.getProjected().getSources().stream())
                .flatMap(source -> source.getSecret().getItems().stream())
                .map(KeyToPath::getPath)
                .toList();
    }
}
