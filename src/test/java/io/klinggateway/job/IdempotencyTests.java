package io.klinggateway.job;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.Gateway;
import io.klinggateway.Gateway.Client;
import io.klinggateway.GatewayTest;
import io.klinggateway.queue.Dispatcher;
import io.klinggateway.running.Answer;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@GatewayTest
class IdempotencyTests {

    private static final String HEADER = "Idempotency-Key";

    private final Gateway gateway;
    private final Dispatcher dispatcher;
    private final String marker = "marker-" + UUID.randomUUID();
    private final String request = "{\"prompt\": \"" + marker + "\", \"model\": \"kling-image\"}";
    private Client client;

    IdempotencyTests(Gateway gateway, Dispatcher dispatcher) {
        this.gateway = gateway;
        this.dispatcher = dispatcher;
        this.client = gateway.stranger();
    }

    @BeforeEach
    void newTenant() {
        client = gateway.newTenant(10);
    }

    @AfterEach
    void openDoor() {
        gateway.openDoor();
        gateway.database()
                .sql("update upstream_rate set account_refused = false, paused_until = 'epoch'")
                .update();
        await().until(() -> !dispatcher.isBusy());
    }

    @Test
    void aCallWithTwoKeysIsRefusedAndStartsNothing() {
        var answer = client.generate(request, HEADER, "order-1", HEADER, "order-2");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("details").propertyNames()).containsExactly(HEADER);
        assertThat(client.rows("generation")).isZero();
        assertThat(client.generate(request, HEADER, "order-1,order-2").status()).isEqualTo(202);
    }

    @Test
    void aReplayReturnsTheFirstJobWithItsStatusOfNow() {
        var first = client.generate(request, HEADER, "order-1");
        gateway.finishVendorJobs();
        client.awaitStatus(UUID.fromString(first.text("jobId")), "COMPLETED");

        var replay = client.generate(request, HEADER, "order-1");

        assertThat(replay.status()).isEqualTo(202);
        assertThat(replay.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(replay.text("jobId")).isEqualTo(first.text("jobId"));
        assertThat(replay.text("status")).isEqualTo("COMPLETED");
        assertThat(replay.header("X-Credits-Cost")).isEqualTo("2");
        assertThat(replay.header("X-Credits-Remaining")).isEqualTo("8");
        assertThat(replay.header("Location")).isEqualTo(first.header("Location"));
        assertThat(first.header("Idempotent-Replayed")).isEmpty();
        assertSentOnce();
    }

    @Test
    void sameJsonInOtherWordsIsAReplay() {
        var first = client.accepted(
                "{\"prompt\": \"fox\", \"model\": \"kling-image\", \"klingImageParams\": {\"n\": 2}}", HEADER, "key");

        var replay = client.accepted(
                "{ \"klingImageParams\":{\"n\":2.0},\"model\":\"kling-image\",\"prompt\":\"f\\u006fx\" }",
                HEADER,
                "key");

        assertThat(replay).isEqualTo(first);
    }

    @Test
    void anotherBodyUnderTheSameKeyIsAConflict() {
        client.accepted(request, HEADER, "key");

        var conflict = client.generate(Gateway.FOX, HEADER, "key");

        assertThat(conflict.status()).isEqualTo(409);
        assertThat(conflict.text("code")).isEqualTo("idempotency_conflict");
        assertThat(client.books().held()).isEqualTo(2);
        assertThat(client.rows("generation")).isEqualTo(1);
    }

    @Test
    void aReplayNeedsNoCredits() {
        var poor = gateway.newTenant(2);
        var first = poor.accepted(request, HEADER, "key");

        assertThat(poor.accepted(request, HEADER, "key")).isEqualTo(first);
    }

    @Test
    void withoutAKeyEveryRequestIsItsOwn() {
        assertThat(client.accepted(request)).isNotEqualTo(client.accepted(request));
    }

    @Test
    void aReplayIsAnsweredWhileTheFirstIsInFlight() throws Exception {
        slowVendor(Duration.ofSeconds(3));
        var first = CompletableFuture.supplyAsync(() -> client.generate(request, HEADER, "key"));
        await().until(() -> client.rows("generation") == 1);

        var replay = client.generate(request, HEADER, "key");

        assertThat(first).isNotDone();
        assertThat(replay.status()).isEqualTo(202);
        assertThat(replay.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(replay.text("status")).isEqualTo("QUEUED");
        assertThat(client.job(UUID.fromString(replay.text("jobId"))).status()).isEqualTo(200);
        assertThat(first.get().text("jobId")).isEqualTo(replay.text("jobId"));
        assertSentOnce();
    }

    @Test
    void aConflictIsAnsweredWhileTheFirstIsInFlight() throws Exception {
        slowVendor(Duration.ofSeconds(3));
        var first = CompletableFuture.supplyAsync(() -> client.generate(request, HEADER, "key"));
        await().until(() -> client.rows("generation") == 1);

        assertThat(client.generate(Gateway.FOX, HEADER, "key").status()).isEqualTo(409);

        assertThat(first.get().status()).isEqualTo(202);
    }

    /** Somebody has a 202 for it, so the refusal ends the job instead of the request. */
    @Test
    void aRefusalAfterAReplayEndsTheJobForBothCallers() throws Exception {
        refusingVendor(422, Duration.ofSeconds(3));
        var first = CompletableFuture.supplyAsync(() -> client.generate(request, HEADER, "key"));
        await().until(() -> client.rows("generation") == 1);

        var replay = client.generate(request, HEADER, "key");

        assertThat(replay.status()).isEqualTo(202);
        assertThat(first.get().status()).isEqualTo(202);
        assertThat(first.get().text("status")).isEqualTo("FAILED");
        var job = client.awaitStatus(UUID.fromString(replay.text("jobId")), "FAILED");
        assertThat(job.json().get("creditCost").longValue()).isZero();
        assertThat(client.books().available()).isEqualTo(10);
        assertThat(client.generate(request, HEADER, "key").text("jobId")).isEqualTo(replay.text("jobId"));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 402, 422})
    void anErrorFreesTheKeyAndIsInvisible(int vendorStatus) {
        refusingVendor(vendorStatus, Duration.ZERO);

        var refused = client.generate(request, HEADER, "key");

        assertThat(refused.status()).isEqualTo(vendorStatus == 400 || vendorStatus == 422 ? 400 : 503);
        assertThat(client.books().available()).isEqualTo(10);
        assertThat(client.get("/v2/jobs").json().get("jobs").size()).isZero();
        openDoor();
        var other = client.generate(Gateway.FOX, HEADER, "key");
        assertThat(other.status()).isEqualTo(202);
        assertThat(other.header("Idempotent-Replayed")).isEmpty();
    }

    /** The vendor may answer its key with the refusal for as long as it remembers it. */
    @Test
    void aCallThatIsRepeatedAfterARefusalReachesTheVendorUnderAnotherKey() {
        refusingVendor(422, Duration.ZERO);
        for (int call = 0; call < 6; call++) {
            assertThat(client.generate(request, HEADER, "key").status()).isEqualTo(400);
        }
        openDoor();

        var accepted = client.accepted(request, HEADER, "key");

        assertThat(client.accepted(request, HEADER, "key")).isEqualTo(accepted);
        assertThat(gateway.database()
                        .sql("select distinct coalesce(vendor_idempotency_key, id) from generation where tenant_id ="
                                + " (select tenant_id from generation where id = ?)")
                        .param(accepted)
                        .query(UUID.class)
                        .list())
                .hasSize(7);
    }

    @Test
    void tooFewCreditsBindNoKey() {
        var poor = gateway.newTenant(2);
        var four = "{\"prompt\": \"x\", \"model\": \"kling-image\", \"klingImageParams\": {\"n\": 4}}";
        assertThat(poor.generate(four, HEADER, "key").status()).isEqualTo(402);

        assertThat(poor.generate(request, HEADER, "key").status()).isEqualTo(202);
    }

    /** A 202 may come before its turn, when those before have used the rate up. */
    private void assertSentOnce() {
        await().until(() -> gateway.sentWith(marker) > 0);
        assertThat(gateway.sentWith(marker)).isEqualTo(1);
    }

    @Test
    void racingRequestsWithOneKeyMakeOneJob() {
        var answers = Gateway.race(32, () -> client.generate(request, HEADER, "key"));

        assertThat(answers).allMatch(answer -> answer.status() == 202);
        assertThat(answers.stream().map(answer -> answer.text("jobId")).collect(Collectors.toSet()))
                .hasSize(1);
        assertThat(answers.stream().filter(IdempotencyTests::isFirst)).hasSize(1);
        assertThat(client.books().held()).isEqualTo(2);
        assertThat(client.rows("journal_entry")).isEqualTo(1);
        assertSentOnce();
    }

    @Test
    void racingRequestsWithOneKeyAndTwoBodiesAgreeOnOne() {
        var turn = new AtomicInteger();

        var answers = Gateway.race(
                16, () -> client.generate(turn.incrementAndGet() % 2 == 0 ? request : Gateway.FOX, HEADER, "key"));

        assertThat(answers.stream().filter(answer -> answer.status() == 202)).hasSize(8);
        assertThat(answers.stream().filter(answer -> answer.status() == 409)).hasSize(8);
        assertThat(client.rows("generation")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"k", "!", "~", "0123456789"})
    void visibleAsciiMakesAKey(String key) {
        assertThat(client.generate(request, HEADER, key).status()).isEqualTo(202);
    }

    @Test
    void aKeyHasAtMost255VisibleCharacters() {
        assertThat(client.generate(request, HEADER, "k".repeat(255)).status()).isEqualTo(202);

        for (var key : new String[] {"k".repeat(256), "two words", ""}) {
            var refused = client.generate(request, HEADER, key);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.json().get("details").propertyNames()).containsExactly(HEADER);
        }
        assertThat(client.rows("generation")).isEqualTo(1);
    }

    private static boolean isFirst(Answer answer) {
        return answer.header("Idempotent-Replayed").isEmpty();
    }

    private void slowVendor(Duration delay) {
        gateway.door()
                .stubFor(post("/v2/images/generate")
                        .withRequestBody(containing(marker))
                        .willReturn(aResponse()
                                .proxiedFrom(gateway.apiframe().baseUrl())
                                .withFixedDelay((int) delay.toMillis())));
    }

    private void refusingVendor(int status, Duration delay) {
        gateway.door()
                .stubFor(post("/v2/images/generate")
                        .withRequestBody(containing(marker))
                        .willReturn(
                                jsonResponse("{\"error\": \"no\"}", status).withFixedDelay((int) delay.toMillis())));
    }
}
