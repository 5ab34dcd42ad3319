package io.klinggateway.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.background.BackgroundLoop;
import io.klinggateway.database.TestDatabase;
import io.klinggateway.harness.Ports;
import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.running.Replica;
import io.klinggateway.running.RunningGateway;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two replicas over one database; only the first looks at the vendor. */
@Tag("slow")
@Timeout(180)
class JobWatchersIT {

    private static final int WORKER_PORT = Ports.free();
    private static final int IDLE_PORT = Ports.free();
    private static final TestDatabase DATABASE = TestDatabase.migrated();

    private static Replica worker;
    private static Replica idle;

    private final Client toWorker = new Client(WORKER_PORT, RunningGateway.KEY);
    private final Client toIdle = new Client(IDLE_PORT, RunningGateway.KEY);

    @BeforeAll
    static void startReplicas() {
        worker = start(WORKER_PORT, Map.of());
        idle = start(IDLE_PORT, Map.of("gateway.waiting.most-callers", 20));
        lookAtNothing(idle);
    }

    @AfterAll
    static void stopReplicas() {
        worker.close();
        idle.close();
    }

    private static void lookAtNothing(Replica replica) {
        for (String loop : List.of("sweepLoop", "stragglersLoop")) {
            replica.bean(loop, BackgroundLoop.class).stop(() -> {});
        }
    }

    private static Replica start(int port, Map<String, Object> settings) {
        return Replica.start(RunningGateway.settings(DATABASE, port)
                .with("gateway.public-url", "")
                .with(settings));
    }

    /** Measured anew where the machine stalls: the gateway needs a second each time or never. */
    @Test
    void aWaiterOnOneReplicaHearsWithinASecondOfWhatAnotherSettled() {
        assertThat(Stream.generate(this::heardAfterMillis).limit(3)).anyMatch(millis -> millis < 1500);
    }

    private long heardAfterMillis() {
        String id = toWorker.order("\"prompt\":\"a fox\"");
        Answer answer = toIdle.get("/v2/jobs/" + id + "?wait=30");
        while (!answer.json().path("status").asString().equals("COMPLETED")) {
            answer = toIdle.get("/v2/jobs/" + id + "?wait=30");
        }
        long heardAtMillis = System.currentTimeMillis();

        long settledAtMillis = worker.jdbc()
                .sql("select (extract(epoch from completed_at) * 1000)::bigint from generation where id = :id")
                .param("id", UUID.fromString(id))
                .query(Long.class)
                .single();
        return heardAtMillis - settledAtMillis;
    }

    @Test
    void aWaitEndsAfterItsSecondsWithTheJobAsItIs() {
        String id = toWorker.order("\"prompt\":\"a fox\"");
        freeze(id);
        long started = System.nanoTime();

        Answer answer = toIdle.get("/v2/jobs/" + id + "?wait=2");

        assertThat(Duration.ofNanos(System.nanoTime() - started))
                .isBetween(Duration.ofMillis(1900), Duration.ofSeconds(20));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("status").stringValue()).isEqualTo("QUEUED");
        assertThat(answer.header("X-Request-Id")).isNotEmpty();
    }

    @Test
    void anEndedJobIsAnsweredAtOnce() {
        String id = toWorker.order("\"prompt\":\"a fox\"");
        toWorker.await(id, "COMPLETED");
        long started = System.nanoTime();

        assertThat(toIdle.get("/v2/jobs/" + id + "?wait=60").status()).isEqualTo(200);
        assertThat(toIdle.get("/v2/jobs/" + id + "/events").body()).contains("event:completed");
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void aStreamTellsProgressAndEndsWithTheEnd() {
        String id = toWorker.order("\"prompt\":\"[fail] a fox\"");

        Answer stream = toIdle.get("/v2/jobs/" + id + "/events");

        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.header("Content-Type")).startsWith("text/event-stream");
        List<String> events =
                stream.body().lines().filter(line -> line.startsWith("event:")).toList();
        assertThat(events).startsWith("event:progress").endsWith("event:failed").doesNotContain("event:completed");
        assertThat(stream.body()).contains("\"jobId\":\"" + id + "\"");
    }

    @Test
    void hundredsWaitWithoutAConnectionOfTheDatabaseAndAShutdownAnswersThemAll() throws Exception {
        int port = Ports.free();
        Replica replica = start(
                port,
                Map.of(
                        "spring.datasource.hikari.maximum-pool-size", "4",
                        "spring.datasource.hikari.connection-timeout", "20000"));
        Client client = new Client(port, RunningGateway.KEY);
        String id = client.order("\"prompt\":\"a fox\"");
        freeze(id);
        List<CompletableFuture<Answer>> waiters = new ArrayList<>();
        JobWatchers watchers = replica.bean(JobWatchers.class);
        while (waiters.size() < 300) {
            waiters.add(client.getLater("/v2/jobs/" + id + "?wait=60"));
            if (waiters.size() % 20 == 0) {
                awaitCount(watchers, waiters.size());
            }
        }
        waiters.add(client.getLater("/v2/jobs/" + id + "/events"));
        awaitCount(watchers, waiters.size());
        assertThat(client.get("/v2/jobs/" + id).status()).isEqualTo(200);

        replica.close();

        for (CompletableFuture<Answer> waiter : waiters) {
            Answer answer = waiter.get(10, TimeUnit.SECONDS);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).contains("QUEUED");
        }
    }

    @Test
    void whatATeamAsksForBeyondItsShareIsAnsweredSoonAndWhoHangsUpLeaves() throws Exception {
        String id = toWorker.order("\"prompt\":\"a fox\"");
        freeze(id);
        Client other = new Client(IDLE_PORT, RunningGateway.OTHER_KEY);
        String others = other.order("\"prompt\":\"an owl\"");
        freeze(others);
        JobWatchers watchers = idle.bean(JobWatchers.class);
        List<Socket> waiters = new ArrayList<>();
        for (int waiter = 0; waiter < 15; waiter++) {
            waiters.add(open("/v2/jobs/" + id + (waiter % 2 == 0 ? "?wait=60" : "/events")));
        }
        awaitCount(watchers, 15);

        long begun = System.nanoTime();
        Answer more = toIdle.get("/v2/jobs/" + id + "?wait=60");
        Answer stream = toIdle.get("/v2/jobs/" + id + "/events");
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .as("both are held a little, so that a loop does not spin")
                .isBetween(Duration.ofMillis(1900), Duration.ofSeconds(20));
        assertThat(more.expect(200).text("status")).isEqualTo("QUEUED");
        assertThat(more.header("Retry-After")).isEqualTo("5");
        assertThat(stream.expect(200).body()).contains("event:progress");
        assertThat(stream.header("Retry-After")).isEqualTo("5");

        List<Answer> atOnce =
                Stream.generate(() -> toIdle.getLater("/v2/jobs/" + id + "?wait=60")).limit(8).toList().stream()
                        .map(CompletableFuture::join)
                        .toList();
        assertThat(atOnce).extracting(Answer::status).contains(429).containsOnly(200, 429);
        assertThat(atOnce).allMatch(answer -> answer.header("Retry-After").equals("5"));
        assertThat(other.get("/v2/jobs/" + others + "?wait=1").expect(200).header("Retry-After"))
                .isEmpty();

        for (Socket waiter : waiters) {
            waiter.close();
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> watchers.count() == 0);
        assertThat(toIdle.get("/v2/jobs/" + id + "?wait=1").header("Retry-After"))
                .isEmpty();
    }

    /** It has sent its request, closed its side, and reads. */
    @Test
    void aHalfClosedCallerIsAnswered() throws Exception {
        String id = toWorker.order("\"prompt\":\"a fox\"");
        freeze(id);
        try (Socket waiter = open("/v2/jobs/" + id + "?wait=60");
                Socket stream = open("/v2/jobs/" + id + "/events")) {
            for (Socket socket : List.of(waiter, stream)) {
                socket.setSoTimeout(10_000);
                socket.shutdownOutput();
            }
            var answer = new BufferedReader(new InputStreamReader(waiter.getInputStream(), StandardCharsets.UTF_8));
            assertThat(answer.readLine()).startsWith("HTTP/1.1 200");
            TimeUnit.SECONDS.sleep(3);

            progress(id);

            var events = new BufferedReader(new InputStreamReader(stream.getInputStream(), StandardCharsets.UTF_8));
            assertThat(events.lines()
                            .filter(line -> line.contains("PROCESSING"))
                            .findFirst())
                    .as("shown what came after it closed its side")
                    .isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update api_key set revoked_at = now() where tenant_id = (select id from tenant where name = 'beta')",
                "update tenant set status = 'SUSPENDED' where name = 'beta'"
            })
    void whoseKeyIsNotGoodAnyMoreHearsNothingMore(String change) throws Exception {
        Client beta = new Client(IDLE_PORT, RunningGateway.OTHER_KEY);
        String id = beta.order("\"prompt\":\"a fox\"");
        freeze(id);
        CompletableFuture<Answer> waiter = beta.getLater("/v2/jobs/" + id + "?wait=60");
        CompletableFuture<Answer> stream = beta.getLater("/v2/jobs/" + id + "/events");
        String foxOfAlpha = toWorker.order("\"prompt\":\"a fox\"");
        freeze(foxOfAlpha);
        CompletableFuture<Answer> alpha = toIdle.getLater("/v2/jobs/" + foxOfAlpha + "?wait=60");
        awaitCount(idle.bean(JobWatchers.class), 3);
        try {
            worker.jdbc().sql(change).update();

            assertThat(waiter.get(20, TimeUnit.SECONDS).expect(401).code()).isEqualTo("api_key_invalid");
            assertThat(stream.get(20, TimeUnit.SECONDS).expect(200).body()).doesNotContain("event:completed");
            assertThat(alpha.isDone()).isFalse();
            progress(foxOfAlpha);
            assertThat(alpha.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
        } finally {
            worker.jdbc().sql("update tenant set status = 'ACTIVE'").update();
            worker.jdbc().sql("update api_key set revoked_at = null").update();
        }
    }

    private static Socket open(String path) throws IOException {
        Socket socket = new Socket("localhost", IDLE_PORT);
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + RunningGateway.KEY + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static void awaitCount(JobWatchers watchers, int count) {
        await().atMost(Duration.ofSeconds(12)).until(() -> watchers.count() >= count);
    }

    private static void progress(String id) {
        worker.jdbc()
                .sql("update generation set state = 'PROCESSING', progress = 7 where id = :id")
                .param("id", UUID.fromString(id))
                .update();
    }

    /** Keeps everybody away from a job. */
    private static void freeze(String id) {
        worker.jdbc()
                .sql("update generation set upstream = 'http://elsewhere.example' where id = :id")
                .param("id", UUID.fromString(id))
                .update();
    }
}
