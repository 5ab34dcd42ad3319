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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two replicas over one database; only the first looks at the vendor. */
@Timeout(180)
class JobWatchersTests {

    private static final int WORKER_PORT = Ports.free();
    private static final int IDLE_PORT = Ports.free();
    private static final TestDatabase DATABASE = TestDatabase.fresh();

    private static Replica worker;
    private static Replica idle;

    private final Client toWorker = new Client(WORKER_PORT, RunningGateway.KEY);
    private final Client toIdle = new Client(IDLE_PORT, RunningGateway.KEY);

    @BeforeAll
    static void startReplicas() {
        worker = start(WORKER_PORT, Map.of());
        idle = start(IDLE_PORT, Map.of());
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

    @Test
    void aWaiterOnOneReplicaHearsWithinASecondOfWhatAnotherSettled() throws Exception {
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
        assertThat(heardAtMillis - settledAtMillis).isLessThan(1500);
    }

    @Test
    void aWaitEndsAfterItsSecondsWithTheJobAsItIs() {
        String id = toWorker.order("\"prompt\":\"a fox\"");
        freeze(id);
        long started = System.nanoTime();

        Answer answer = toIdle.get("/v2/jobs/" + id + "?wait=2");

        assertThat(Duration.ofNanos(System.nanoTime() - started))
                .isBetween(Duration.ofMillis(1900), Duration.ofSeconds(5));
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
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
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
        Replica replica = start(port, Map.of("spring.datasource.hikari.maximum-pool-size", "4"));
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

    private static void awaitCount(JobWatchers watchers, int count) {
        await().atMost(Duration.ofSeconds(12)).until(() -> watchers.count() >= count);
    }

    /** Keeps everybody away from a job. */
    private static void freeze(String id) {
        worker.jdbc()
                .sql("update generation set upstream = 'http://elsewhere.example' where id = :id")
                .param("id", UUID.fromString(id))
                .update();
    }
}
