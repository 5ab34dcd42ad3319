package io.klinggateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.database.TestDatabase;
import io.klinggateway.running.Answer;
import io.klinggateway.simulator.SimulatedApiframe;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What operators see of the queue, and cancel. The vendor may not be called for an hour, unless a test lets it be. */
class OperatorQueueTests {

    private static final String BUDGET = "{\"period\": \"TOTAL\", \"limit\": 1000, \"timeZone\": \"UTC\"}";
    private static final String REASON = "{\"reason\": \"a script ran away\"}";

    private static SimulatedApiframe vendor;
    private static Replica here;

    @BeforeAll
    static void start() {
        vendor = SimulatedApiframe.builder()
                .port(0)
                .queuedFor(Duration.ZERO)
                .processingFor(Duration.ofMillis(300))
                .build()
                .start();
        here = Replica.start(TestDatabase.migrated(), vendor.baseUrl(), Replica.withOperators());
    }

    @AfterAll
    static void stop() {
        here.close();
        vendor.close();
    }

    @BeforeEach
    void pause() {
        here.jdbc()
                .sql("select rate_pause(:upstream, interval '1 hour')")
                .param("upstream", here.bean(Apiframe.class).upstream())
                .query((_, _) -> true)
                .list();
    }

    private static void resume() {
        here.jdbc().sql("update upstream_rate set paused_until = 'epoch'").update();
    }

    @AfterEach
    void theBooksAgree() {
        assertThat(here.differences()).isZero();
    }

    @Test
    void allThatATenantHasWaitingIsCancelledAndItsCreditsComeBack() {
        String flooded = tenant("flooded");
        String patient = tenant("patient");
        List<String> jobs =
                IntStream.range(0, 3).mapToObj(_ -> order(flooded, 2)).toList();
        String other = order(patient, 1);

        Answer queue = here.operator("GET", "/tenants/flooded/queue").expect(200);
        assertThat(queue.number("waiting")).isEqualTo(3);
        assertThat(queue.number("running")).isZero();
        Replica.await(() -> here.operator("GET", "/tenants/flooded/queue").number("lastStartsInSeconds") > 3000, true);

        assertThat(cancel("flooded", REASON).expect(200).number("cancelled")).isEqualTo(3);

        jobs.forEach(job -> assertThat(status(flooded, job)).isEqualTo("CANCELLED"));
        assertThat(status(patient, other)).isEqualTo("QUEUED");
        Answer balance = here.operator("GET", "/tenants/flooded");
        assertThat(balance.number("balance", "held")).isZero();
        assertThat(balance.number("balance", "available")).isEqualTo(1000);
        assertThat(releases("flooded", 3))
                .allMatch(entry -> entry.path("actor").asString().equals("alice")
                        && entry.path("reason").asString().equals("a script ran away"));
        Answer empty = here.operator("GET", "/tenants/flooded/queue").expect(200);
        assertThat(empty.number("waiting")).isZero();
        assertThat(empty.json().path("lastStartsInSeconds").isNull()).isTrue();

        assertThat(cancel("flooded", REASON).expect(200).number("cancelled")).isZero();
        JsonNode entry = audited("flooded", 1).getFirst();
        assertThat(entry.path("actor").asString()).isEqualTo("alice");
        assertThat(entry.path("reason").asString()).isEqualTo("a script ran away");
        assertThat(entry.path("after").path("cancelled").longValue()).isEqualTo(3);
    }

    @Test
    void theWholeQueueIsShownByTenant() {
        String busy = tenant("busy");
        String calm = tenant("calm");
        order(calm, 1); // or a snapshot that has the others may come before it
        IntStream.range(0, 2).forEach(_ -> order(busy, 1));

        Replica.await(() -> waiting("busy"), 2L);
        Answer queue = here.operator("GET", "/queue").expect(200);
        assertThat(waiting("calm")).isEqualTo(1);
        assertThat(queue.number("waiting")).isGreaterThanOrEqualTo(3);
        assertThat(queue.number("oldestSeconds")).isNotNegative();
        assertThat(queue.number("pausedSeconds")).isBetween(3000L, 3600L);
        assertThat(queue.number("callsPerMinute"))
                .isEqualTo(here.bean(Apiframe.class).callsPerMinute());
        assertThat(queue.json().path("accountRefused").booleanValue()).isFalse();
    }

    private static @Nullable Long waiting(String tenant) {
        return here.operator("GET", "/queue")
                .json()
                .path("tenants")
                .valueStream()
                .filter(one -> one.path("tenant").asString().equals(tenant))
                .map(one -> one.path("waiting").longValue())
                .findFirst()
                .orElse(null);
    }

    @Test
    void underItsIdempotencyKeyACallCancelsOnce() {
        String key = tenant("repeated");
        order(key, 1);
        assertThat(cancel("repeated", REASON, "Idempotency-Key", "c1")
                        .expect(200)
                        .number("cancelled"))
                .isEqualTo(1);
        String later = order(key, 1);

        Answer replay = cancel("repeated", REASON, "Idempotency-Key", "c1").expect(200);

        assertThat(replay.number("cancelled")).isEqualTo(1);
        assertThat(replay.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(status(key, later)).isEqualTo("QUEUED");
        assertThat(cancel("repeated", "{\"reason\": \"another\"}", "Idempotency-Key", "c1")
                        .expect(409)
                        .text("code"))
                .isEqualTo("idempotency_conflict");
        assertThat(cancel("repeated", REASON, "Idempotency-Key", "c2")
                        .expect(200)
                        .number("cancelled"))
                .isEqualTo(1);
    }

    @Test
    void aLongQueueIsCancelledInPartsEachOnRecord() {
        String key = tenant("long");
        IntStream.range(0, 401).forEach(_ -> order(key, 1));

        assertThat(cancel("long", REASON).expect(200).number("cancelled")).isEqualTo(401);

        assertThat(audited("long", 3).stream()
                        .map(entry -> entry.path("after").path("cancelled").longValue()))
                .containsExactly(200L, 200L, 1L);
        assertThat(here.operator("GET", "/tenants/long").number("balance", "held"))
                .isZero();
    }

    @Test
    void whatWasSentRunsToItsEnd() {
        resume();
        String key = tenant("sent");
        String job = order(key, 1);
        Replica.await(() -> here.operator("GET", "/tenants/sent/queue").number("waiting"), 0L);

        assertThat(cancel("sent", REASON).expect(200).number("cancelled")).isZero();

        here.awaitStatus(key, job, "COMPLETED");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "refused | {}                              | 400",
                "refused | {\"reason\": \"\"}              | 400",
                "refused | {\"reason\": \"x\", \"all\": 1} | 400",
                "refused |                                 | 400",
                "nobody  | {\"reason\": \"x\"}             | 404"
            })
    void withoutAReasonOrATenantNothingIsCancelled(String tenant, @Nullable String body, int status) {
        if (here.operator("GET", "/tenants/refused").status() == 404) {
            tenant("refused");
        }

        (body == null ? here.operator("DELETE", "/tenants/" + tenant + "/queue") : cancel(tenant, body)).expect(status);
    }

    private static String tenant(String name) {
        here.createTenant(name, BUDGET, "{}");
        return here.createKey(name);
    }

    private static String order(String key, int images) {
        return here.generate(key, images).expect(202).text("jobId");
    }

    private static Answer cancel(String tenant, String body, String... headers) {
        String[] all = new String[headers.length + 1];
        all[0] = body;
        System.arraycopy(headers, 0, all, 1, headers.length);
        return here.operator("DELETE", "/tenants/" + tenant + "/queue", all);
    }

    private static String status(String key, String job) {
        return here.tenant(key, "GET", "/v2/jobs/" + job).text("status");
    }

    /** Entries appear when all transactions that began before theirs have ended. */
    private static List<JsonNode> releases(String tenant, int entries) {
        String path = "/tenants/" + tenant + "/journal?kind=RELEASE";
        Replica.await(() -> here.operator("GET", path).json().path("items").size(), entries);
        return here.operator("GET", path).json().path("items").valueStream().toList();
    }

    private static List<JsonNode> audited(String tenant, int entries) {
        Replica.await(() -> cancellations(tenant).size(), entries);
        return cancellations(tenant);
    }

    private static List<JsonNode> cancellations(String tenant) {
        return here.operator("GET", "/audit?tenant=" + tenant)
                .json()
                .path("items")
                .valueStream()
                .filter(entry -> entry.path("action").asString().equals("queue.cancel"))
                .toList();
    }
}
