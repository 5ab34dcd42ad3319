package io.klinggateway.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.simulator.Sha256;
import io.klinggateway.simulator.SimulatedApiframe;
import io.klinggateway.simulator.SimulatedJob;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;

/** A base backup under load, the loss of everything, and the restore: as the operating page says, with real processes. */
@Tag("long")
class RestoreDrillIT {

    private static final Path DIRECTORY =
            Path.of("target", "harness", "restore").toAbsolutePath();
    private static final Duration LOAD = Duration.ofSeconds(Integer.getInteger("harness.restoreLoadSeconds", 20));
    private static final Duration SETTLED = Duration.ofMinutes(2);
    private static final int CALLERS = 12;
    private static final int BY_HAND = 25;
    private static final int CALLS_PER_MINUTE = 3_000;
    private static final String KEY = "kg_harness_drill_0000000000000000000000";
    private static final String OPERATOR = "an-operators-token-0123456789";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

    /** @param key makes it repeatable */
    private record Call(String key, int images, int status) {}

    @Test
    void noJobOfTheLostTimeIsForgottenOrPaidForTwice() throws SQLException, IOException {
        FileSystemUtils.deleteRecursively(DIRECTORY);
        Files.createDirectories(DIRECTORY);
        Path backup = DIRECTORY.resolve("backup");
        Instant since;
        try (var history = new History(DIRECTORY);
                var vendor = new FaultyVendor(
                        2 * CALLS_PER_MINUTE, Duration.ofMillis(500), Duration.ofSeconds(2), history)) {
            long known;
            try (var postgres = new PostgresProcess(DIRECTORY);
                    var first = new Replica(0, GatewayCommand.ofJar(), environment(postgres, vendor), DIRECTORY)) {
                first.start();
                first.awaitReady();
                var load = load(first);
                Waiting.pause(LOAD);
                since = Instant.now();
                postgres.backUp(backup);
                known = vendor.truth().jobs().count();
                Waiting.pause(LOAD);
                orderByHand(vendor);
                first.kill();
                postgres.kill();
                load.close();
            }
            long made = vendor.truth().jobs().count();

            try (var postgres = PostgresProcess.restored(backup)) {
                var environment = environment(postgres, vendor);
                environment.put("GATEWAY_RECOVERY_SINCE", since.toString());
                try (var restored = new Replica(1, GatewayCommand.ofJar(), environment, DIRECTORY);
                        var beside = new Replica(2, GatewayCommand.ofJar(), environment, DIRECTORY)) {
                    var began = Instant.now();
                    restored.start();
                    beside.start();
                    restored.awaitReady();
                    beside.awaitReady();
                    var took = Duration.between(began, Instant.now());
                    var report = operator(restored, "/admin/v1/recoveries");

                    var repeated = calls.stream()
                            .map(call -> call(restored, call.key(), call.images()))
                            .toList();

                    awaitNothingOpen(postgres);
                    System.out.printf(
                            "restore drill: %d calls, %d vendor jobs, %d of them after the backup began to be copied; ready after %d s; %s%n",
                            calls.size(), made, made - known, took.toSeconds(), report);
                    assertThat(made - known).as("jobs of the lost time").isGreaterThan(100);
                    assertThat(repeated).extracting(Call::status).containsOnly(202);
                    assertEachKeyHasOneJob(vendor.truth().jobs().toList());
                    assertBooksAreWhole(postgres, vendor);
                }
            }
        }
    }

    private static Map<String, String> environment(PostgresProcess postgres, FaultyVendor vendor) {
        var environment = new HashMap<String, String>();
        environment.put("APIFRAME_API_KEY", SimulatedApiframe.DEFAULT_API_KEY);
        environment.put("APIFRAME_BASE_URL", "http://127.0.0.1:" + vendor.port());
        environment.put("APIFRAME_REQUESTSPERMINUTE", Integer.toString(CALLS_PER_MINUTE));
        environment.put("SPRING_DATASOURCE_URL", postgres.url(PostgresProcess.DATABASE));
        environment.put("SPRING_DATASOURCE_USERNAME", PostgresProcess.USERNAME);
        environment.put("SPRING_DATASOURCE_PASSWORD", PostgresProcess.PASSWORD);
        environment.put("GATEWAY_PUBLICURL", "http://127.0.0.1:9");
        environment.put("GATEWAY_TRACKING_SAFETYINTERVAL", "2s");
        environment.put("GATEWAY_ADMIN_TOKEN", OPERATOR);
        environment.put("GATEWAY_TENANTS_0_NAME", "drill");
        environment.put("GATEWAY_TENANTS_0_BUDGET_PERIOD", "MONTH");
        environment.put("GATEWAY_TENANTS_0_BUDGET_LIMIT", "1000000");
        environment.put("GATEWAY_TENANTS_0_KEYS_0_NAME", "drill");
        environment.put("GATEWAY_TENANTS_0_KEYS_0_SHA256", Sha256.hex(KEY));
        return environment;
    }

    /** Callers that come again and again until they are told to stop. */
    private final class Load implements AutoCloseable {

        private final AtomicBoolean stopped = new AtomicBoolean();
        private final CountDownLatch ended = new CountDownLatch(CALLERS);
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

        Load(Replica replica) {
            for (var caller = 0; caller < CALLERS; caller++) {
                var name = "caller-" + caller + "-";
                threads.execute(() -> {
                    for (var order = 0; !stopped.get(); order++) {
                        calls.add(call(replica, name + order, 1 + order % 4));
                        Waiting.pause(Duration.ofMillis(200));
                    }
                    ended.countDown();
                });
            }
        }

        @Override
        public void close() {
            stopped.set(true);
            try {
                assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            threads.close();
        }
    }

    private Load load(Replica replica) {
        return new Load(replica);
    }

    private Call call(Replica replica, String key, int images) {
        var request = HttpRequest.newBuilder(replica.url("/v2/images/generate"))
                .timeout(Duration.ofSeconds(30))
                .header("X-API-Key", KEY)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(HttpRequest.BodyPublishers.ofString("""
                        {"prompt": "%s", "model": "kling-image", "klingImageParams": {"n": %d}}
                        """.formatted(key, images)))
                .build();
        return new Call(key, images, status(request));
    }

    /** By somebody who has the vendor's key. */
    private void orderByHand(FaultyVendor vendor) {
        for (var order = 0; order < BY_HAND; order++) {
            var request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + vendor.port() + "/v2/images/generate"))
                    .header("X-API-Key", SimulatedApiframe.DEFAULT_API_KEY)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\": \"by hand\", \"model\": \"kling-image\"}"))
                    .build();
            assertThat(status(request)).isEqualTo(202);
        }
    }

    private String operator(Replica replica, String path) {
        var request = HttpRequest.newBuilder(replica.url(path))
                .header("Authorization", "Bearer " + OPERATOR)
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException lost) {
            throw new IllegalStateException(lost);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** @return 0 if no answer came */
    private int status(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException lost) {
            return 0;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private static void awaitNothingOpen(PostgresProcess postgres) throws SQLException {
        try (var connection = postgres.connect()) {
            Waiting.until("nothing is open", SETTLED, () -> {
                try {
                    return Books.openGenerations(connection) == 0;
                } catch (SQLException failure) {
                    throw new IllegalStateException(failure);
                }
            });
        }
    }

    private static void assertEachKeyHasOneJob(Collection<SimulatedJob> jobs) {
        var byPrompt = jobs.stream()
                .filter(job -> job.idempotencyKey() != null)
                .collect(Collectors.groupingBy(job -> job.input().path("prompt").asString(), Collectors.counting()));
        assertThat(byPrompt.values()).as("jobs of one call").containsOnly(1L);
    }

    private void assertBooksAreWhole(PostgresProcess postgres, FaultyVendor vendor) throws SQLException {
        try (var connection = postgres.connect()) {
            assertThat(numbers(connection, "select count(*) from orphan_job where resolution is null"))
                    .containsExactly((long) BY_HAND);
            assertThat(numbers(connection, "select coalesce(sum(credits), 0) from orphan_job where resolution is null"))
                    .containsExactly((long) BY_HAND * SimulatedJob.CREDITS_PER_IMAGE);
            assertThat(numbers(connection, "select sum(credits) from spend_total"))
                    .containsExactly(vendor.truth().totalChargedCredits()
                            - vendor.truth().totalRefundedCredits()
                            - (long) BY_HAND * SimulatedJob.CREDITS_PER_IMAGE);
            assertThat(numbers(connection, "select captured_credits from generation where state = 'IN_REVIEW'"))
                    .isEmpty();
            for (var difference :
                    List.of("ledger_difference", "generation_hold_difference", "generation_capture_difference")) {
                assertThat(numbers(connection, "select count(*) from " + difference))
                        .as(difference)
                        .containsExactly(0L);
            }
        }
    }

    private static List<Long> numbers(Connection connection, String query) throws SQLException {
        var numbers = new ArrayList<Long>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            while (rows.next()) {
                numbers.add(rows.getLong(1));
            }
        }
        return numbers;
    }
}
