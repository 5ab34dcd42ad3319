package io.klinggateway.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.container.Docker.Container;
import io.klinggateway.simulator.SimulatedApiframe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The image as the chart runs it: read-only, without privileges, with secrets as files. The JVM is told to refuse a start
 * without the trained cache.
 */
@EnabledIfSystemProperty(named = "gateway.image", matches = ".+")
class ImageTests {

    private static final String KEY = "kg_demo_0000000000000000000000000000000000000000000";
    private static final String KEY_SHA256 = "f95dfa0d9e257d7c0d3118b98af7b9bd05022d9d3cad1f3d3856597674921abe";

    /** The chart's {@code shutdown.pauseSeconds}. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(20);
    private static final int CLIENTS = 16;
    private static final int REQUESTS_AT_LEAST = 2_000;
    private static final int SIGTERM_EXIT = 128 + 15;

    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    private static Path files;

    private static Docker docker;
    private static SmallProxy proxy;
    private static final List<Container> GATEWAYS = new ArrayList<>();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void startAll() throws IOException {
        writeFiles();
        docker = new Docker();
        docker.run("db", "--env", "POSTGRES_USER=gateway", "--env", "POSTGRES_PASSWORD=gateway", "postgres:18");
        docker.run("apiframe", "--read-only", "--tmpfs", "/tmp", System.getProperty("gateway.image") + "-simulator");
        proxy = new SmallProxy();
        for (var replica = 0; replica < 2; replica++) {
            GATEWAYS.add(startGateway());
        }
        for (var gateway : GATEWAYS) {
            awaitReady(gateway);
            proxy.add(gateway.port(8080));
        }
    }

    @AfterAll
    static void stopAll() throws IOException {
        proxy.close();
        docker.close();
    }

    private static void writeFiles() throws IOException {
        Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("rwxr-xr-x"));
        var secrets = Map.of(
                "apiframe.api-key", SimulatedApiframe.DEFAULT_API_KEY,
                "spring.datasource.username", "gateway",
                "spring.datasource.password", "gateway");
        for (var secret : secrets.entrySet()) {
            Files.writeString(files.resolve(secret.getKey()), secret.getValue());
        }
    }

    private static Container startGateway() {
        return docker.run(
                "gateway",
                "--read-only",
                "--tmpfs",
                "/tmp",
                "--cap-drop",
                "ALL",
                "--security-opt",
                "no-new-privileges",
                "--memory",
                "640m",
                "--volume",
                files + ":/etc/kling-gateway/secrets:ro",
                "--env",
                "SPRING_CONFIG_IMPORT=configtree:/etc/kling-gateway/secrets/",
                "--env",
                "SPRING_DATASOURCE_URL=jdbc:postgresql://db:5432/gateway",
                "--env",
                "GATEWAY_SHUTDOWN_DRAIN=5s",
                "--env",
                "APIFRAME_BASE_URL=http://apiframe:8099",
                "--env",
                "APIFRAME_REQUESTS_PER_MINUTE=600000",
                "--env",
                "GATEWAY_TENANTS_0_NAME=demo",
                "--env",
                "GATEWAY_TENANTS_0_BUDGET_PERIOD=TOTAL",
                "--env",
                "GATEWAY_TENANTS_0_BUDGET_LIMIT=900000",
                "--env",
                "GATEWAY_TENANTS_0_KEYS_0_NAME=demo",
                "--env",
                "GATEWAY_TENANTS_0_KEYS_0_SHA256=" + KEY_SHA256,
                "--env",
                "JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=50 -XX:AOTMode=on",
                "--publish",
                "127.0.0.1::8080",
                "--publish",
                "127.0.0.1::9090",
                System.getProperty("gateway.image"));
    }

    @Test
    void theFirstCallEndsInACompletedJob() throws Exception {
        var accepted = http.send(generate(), BodyHandlers.ofString());

        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        var job = JSON.readTree(accepted.body()).path("jobId").stringValue();
        await(
                "a completed job",
                () -> "COMPLETED".equals(read(job).path("status").stringValue()));
        assertThat(read(job).path("result").path("images")).isNotEmpty();
    }

    @Test
    void replicasRolledUnderLoadFailNoRequest() throws Exception {
        var load = new Load();
        load.start();
        for (var replica = 0; replica < GATEWAYS.size(); replica++) {
            await("some load", load.isHeard());
            roll(replica);
        }
        await("the load", () -> load.answered.get() >= REQUESTS_AT_LEAST);
        load.end();

        System.out.printf(
                "%d requests while both replicas were rolled, %d failures%n",
                load.answered.get(), load.failures.size());
        assertThat(load.failures).isEmpty();
    }

    /** As a cluster does: out of the Service first, the end after a pause, the next one when its successor is ready. */
    private static void roll(int replica) {
        var old = GATEWAYS.get(replica);
        var successor = startGateway();
        awaitReady(successor);
        proxy.add(successor.port(8080));
        proxy.remove(old.port(8080));
        LockSupport.parkNanos(PAUSE.toNanos());
        assertThat(old.terminate()).as(old.logs()).isEqualTo(SIGTERM_EXIT);
        GATEWAYS.set(replica, successor);
    }

    private static void awaitReady(Container gateway) {
        var url = URI.create("http://127.0.0.1:" + gateway.port(9090) + "/actuator/health/readiness");
        try (var http = HttpClient.newHttpClient()) {
            await("a ready gateway", () -> {
                try {
                    return http.send(HttpRequest.newBuilder(url).timeout(ANSWER).build(), BodyHandlers.discarding())
                                    .statusCode()
                            == 200;
                } catch (IOException notYet) {
                    return false;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            });
        } catch (AssertionError never) {
            throw new AssertionError(gateway.logs(), never);
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain for " + what);
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    private static HttpRequest generate() {
        return request("/v2/images/generate")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(BodyPublishers.ofString("{\"prompt\":\"A red fox\",\"model\":\"kling-image\"}"))
                .build();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.port() + path))
                .header("X-API-Key", KEY);
    }

    private JsonNode read(String job) {
        try {
            return JSON.readTree(http.send(request("/v2/jobs/" + job).build(), BodyHandlers.ofString())
                    .body());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Clients that keep their connections, each sending one request after the other, without retries. */
    private static final class Load {

        private final AtomicInteger answered = new AtomicInteger();
        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final AtomicBoolean ended = new AtomicBoolean();
        private final List<Thread> clients = new ArrayList<>();

        void start() {
            for (var client = 0; client < CLIENTS; client++) {
                clients.add(Thread.ofVirtual().start(this::client));
            }
        }

        BooleanSupplier isHeard() {
            var before = answered.get();
            return () -> answered.get() > before + CLIENTS;
        }

        private void client() {
            try (var http =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
                for (var count = 0; !ended.get(); count++) {
                    var expected = count % 2 == 0 ? 202 : 200;
                    var request =
                            count % 2 == 0 ? generate() : request("/v2/jobs").build();
                    try {
                        var answer = http.send(request, BodyHandlers.ofString());
                        if (answer.statusCode() != expected) {
                            failures.add(describe(answer));
                        }
                    } catch (IOException failure) {
                        failures.add(request.method() + " " + failure);
                    }
                    answered.incrementAndGet();
                    LockSupport.parkNanos(BETWEEN_REQUESTS.toNanos());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private static String describe(HttpResponse<String> answer) {
            return answer.request().method() + " " + answer.statusCode() + " " + answer.body();
        }

        void end() throws InterruptedException {
            ended.set(true);
            for (var client : clients) {
                client.join();
            }
        }
    }
}
