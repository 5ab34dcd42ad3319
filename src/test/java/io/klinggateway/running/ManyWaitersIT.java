package io.klinggateway.running;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.harness.Ports;
import io.klinggateway.simulator.SimulatedApiframe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** As many callers as one replica is to bear, waiting for jobs that do not end, in the memory of a small container. */
@Tag("slow")
class ManyWaitersIT {

    private static final int WAITERS = 2_000;
    private static final int MOST_TRIES = 4;
    private static final long MOST_RESIDENT_KILOBYTES = 512 * 1024;
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Path JAR = Path.of("target", "kling-gateway.jar").toAbsolutePath();

    /** What the image gives a process in a container of 512 MB. */
    private static final List<String> FLAGS =
            List.of("-XX:MaxRAM=512m", "-XX:MaxRAMPercentage=52", "-XX:+UseCompactObjectHeaders", "-XX:+UseSerialGC");

    private final TestDatabase database = TestDatabase.migrated();
    private final SimulatedApiframe vendor = SimulatedApiframe.builder()
            .port(0)
            .queuedFor(Duration.ofHours(1))
            .build()
            .start();
    private final int port = Ports.free();
    private final int managementPort = Ports.free();
    private final HttpClient http = HttpClient.newHttpClient();
    private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();

    @TempDir
    private Path directory;

    private Process gateway;

    @BeforeEach
    void start() throws IOException {
        var properties = RunningGateway.properties(database, port);
        properties.put("management.server.port", managementPort);
        properties.put("apiframe.base-url", vendor.baseUrl());
        properties.put("gateway.connections.most", 3300);
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(List.of("-jar", JAR.toString()));
        properties.forEach((name, value) -> command.add("--" + name + "=" + value));
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "many-waiters.log").toFile());
        builder.environment().put("MALLOC_ARENA_MAX", "2"); // as in the image
        gateway = builder.start();
        await().atMost(SOON).ignoreExceptions().until(() -> get("/v2/me").statusCode() == 200);
    }

    @AfterEach
    void stop() {
        gateway.destroyForcibly();
        vendor.close();
        readers.close();
    }

    @Test
    void twoThousandWaitInHalfAGigabyteAndAreLetGoByAChangeOrAShutdown() throws Exception {
        var changed = newJob(RunningGateway.KEY);
        var unchanged = newJob(RunningGateway.OTHER_KEY);
        warmUp(changed);
        var waitForChanged = waiters(changed, RunningGateway.KEY);
        var waitForUnchanged = waiters(unchanged, RunningGateway.OTHER_KEY);
        var all = Stream.concat(waitForChanged.stream(), waitForUnchanged.stream())
                .toList();
        await().atMost(SOON).until(() -> {
            all.stream().filter(CompletableFuture::isDone).findFirst().ifPresent(early -> fail(early.join()));
            return metric("kling_gateway_watchers") == WAITERS;
        });

        var begun = System.nanoTime();
        assertThat(get("/v2/credits").statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
        // Who waits holds none; the watchers' own query, each half second, may just be under way.
        await().atMost(SOON).until(() -> metric("hikaricp_connections_active") <= 1);

        JdbcClient.create(database.dataSource())
                .sql("update generation set state = 'PROCESSING', progress = 1 where id = ?")
                .param(changed)
                .update();
        assertAnswered(waitForChanged, "PROCESSING");
        assertThat(metric("kling_gateway_watchers")).isEqualTo(WAITERS / 2.0);
        assertThat(residentKilobytes()).isLessThan(MOST_RESIDENT_KILOBYTES);

        gateway.destroy();

        assertAnswered(waitForUnchanged, "QUEUED");
        assertThat(gateway.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        System.out.println("2,000 waiters: highest resident memory " + mostResident / 1024 + " MB");
    }

    private long mostResident;

    /** A replica that bears so many has run for a while; compiling the code would cost more than running it. */
    private void warmUp(UUID job) throws IOException, InterruptedException {
        for (int read = 0; read < WAITERS / 4; read++) {
            assertThat(get("/v2/jobs/" + job).statusCode()).isEqualTo(200);
        }
    }

    private static void assertAnswered(List<CompletableFuture<String>> waiters, String status) {
        for (var waiter : waiters) {
            assertThat(waiter.orTimeout(SOON.toSeconds(), TimeUnit.SECONDS).join())
                    .startsWith("HTTP/1.1 200")
                    .contains("\"status\":\"" + status + "\"");
        }
    }

    private UUID newJob(String key) throws IOException, InterruptedException {
        var answer = http.send(
                request("/v2/images/generate")
                        .setHeader("X-API-Key", key)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("""
                                {"prompt": "A fox", "model": "kling-image"}
                                """))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(202);
        return UUID.fromString(
                JsonMapper.shared().readTree(answer.body()).path("jobId").stringValue());
    }

    /** All come at once, half of them of one team. Bare sockets: two thousand clients must not weigh more than the gateway. */
    private List<CompletableFuture<String>> waiters(UUID job, String key) {
        var request = ("GET /v2/jobs/" + job
                        + "?wait=60 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-API-Key: "
                        + key + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        var answers = new ArrayList<CompletableFuture<String>>();
        for (int waiter = 0; waiter < WAITERS / 2; waiter++) {
            answers.add(CompletableFuture.supplyAsync(() -> exchange(request), readers));
        }
        return answers;
    }

    /** On a busy machine so many reads at once may wait too long for a connection to the database: then it comes again. */
    private String exchange(byte[] request) {
        String answer = exchangeOnce(request);
        for (int tries = 1; tries < MOST_TRIES && answer.startsWith("HTTP/1.1 503"); tries++) {
            LockSupport.parkNanos(Duration.ofSeconds((long) number(answer, "(?m)^Retry-After: (\\d+)"))
                    .toNanos());
            answer = exchangeOnce(request);
        }
        return answer;
    }

    private String exchangeOnce(byte[] request) {
        try (var channel = SocketChannel.open(new InetSocketAddress("localhost", port))) {
            channel.write(ByteBuffer.wrap(request));
            var answer = ByteBuffer.allocate(8 * 1024);
            while (channel.read(answer) >= 0 && answer.hasRemaining()) {}
            return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private double metric(String name) throws IOException, InterruptedException {
        var page = http.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + managementPort + "/actuator/prometheus"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return number(page.body(), "(?m)^" + name + "(?:\\{.*\\})? ([0-9.E]+)$");
    }

    private long residentKilobytes() throws IOException {
        var status = Files.readString(Path.of("/proc", Long.toString(gateway.pid()), "status"));
        mostResident = (long) number(status, "VmHWM:\\s+(\\d+) kB");
        return mostResident;
    }

    private static double number(String text, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).as(pattern).isTrue();
        return Double.parseDouble(found.group(1));
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(SOON)
                .header("X-API-Key", RunningGateway.KEY);
    }
}
