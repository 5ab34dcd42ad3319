package io.klinggateway.job;

import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import io.klinggateway.GatewayScenario;
import io.klinggateway.running.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** For every outcome at the vendor: what the tenant is told, what the books say, what the vendor got. */
class SubmissionOutcomeTests extends GatewayScenario {

    private final UUID vendorJob = UUID.randomUUID();

    @Test
    void anAcceptedJobIsHeldFor() {
        vendorAnswers(accepted(vendorJob));

        Answer answer = generate(FOX);

        assertThat(answer.status()).isEqualTo(202);
        UUID id = answer.jobId();
        assertThat(answer.json().path("status").stringValue()).isEqualTo("QUEUED");
        assertThat(answer.header("location")).isEqualTo("/v2/jobs/" + id);
        assertThat(answer.header("x-credits-cost")).isEqualTo("4");
        assertThat(answer.header("x-credits-remaining")).isEqualTo("96");
        assertThat(answer.body()).doesNotContain(vendorJob.toString());
        assertHeld(id);
        assertThat(row(id))
                .containsEntry("state", "QUEUED")
                .containsEntry("upstream_job_id", vendorJob)
                .containsEntry("in_doubt", false)
                .containsEntry("upstream", vendor.baseUrl());
        assertThat(attempts(id)).hasSize(1);
    }

    @Test
    void theTenantsWebhookStaysHereAndTheInputIsEchoed() {
        vendorAnswers(accepted(vendorJob));
        String request = """
                {"prompt":"Füchse \\ud83e\\udd8a","model":"kling-image","klingImageParams":{"image_fidelity":0.5},\
                "webhookUrl":"https://hooks.example.com/kling?secret=1","webhookEvents":["completed"]}""";

        UUID id = generate(request).jobId();

        assertThat(new String(attempts(id).getFirst().getBody(), StandardCharsets.UTF_8))
                .contains("image_fidelity")
                .doesNotContain("webhook", "hooks.example.com");
        assertThat(job(id).json().path("input")).isEqualTo(JsonMapper.shared().readTree(request));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 413, 422})
    void whatTheVendorFindsInvalidIsRefusedWithItsWords(int status) {
        vendorAnswers(answer(status, """
                {"error": "Prompt refused by %s", "details": {"prompt": ["too dull"]}}
                """.formatted(VENDOR_KEY)));

        Answer answer = generate(FOX, "key-1");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("validation_failed");
        assertThat(answer.json().path("error").stringValue()).isEqualTo("Prompt refused by [hidden]");
        assertThat(answer.json().path("details").toString()).isEqualTo("{\"prompt\":[\"too dull\"]}");
        UUID id = onlyGeneration();
        assertWithdrawn(id);
        assertThat(attempts(id)).hasSize(1);
    }

    @Test
    void aRefusalFreesTheIdempotencyKey() {
        vendorAnswers(answer(400, "{\"error\":\"no\"}"), accepted(vendorJob));
        assertThat(generate(FOX, "key-1").status()).isEqualTo(400);

        Answer other = generate(OWL, "key-1");

        assertThat(other.status()).isEqualTo(202);
        assertThat(other.header("idempotent-replayed")).isEmpty();
        assertThat(balance()).containsExactly(2L, 0L);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 402, 403, 404})
    void troubleWithTheVendorsAccountIsNotTheTenants(int status) {
        vendorAnswers(answer(status, """
                {"error": "Insufficient credits for %s", "creditsRequired": 8, "creditsAvailable": 3}
                """.formatted(VENDOR_KEY)));

        Answer answer = generate(FOX, "key-1");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("upstream_account");
        assertThat(answer.header("retry-after")).isEqualTo("2");
        assertThat(answer.body()).doesNotContain("Insufficient", "creditsAvailable");
        assertWithdrawn(onlyGeneration());
        assertThat(attempts(onlyGeneration())).hasSize(1);
        assertThat(String.valueOf(row(onlyGeneration()).get("attempts_failed_by")))
                .isEqualTo("{\"the account was refused: HTTP " + status + "\"}");
    }

    @Test
    void aVendorThatIsAwayMakesNobodyWaitWithTheCaller() {
        vendor.stop();

        Answer answer = generate(FOX, "key-1");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().path("status").stringValue()).isEqualTo("QUEUED");
        UUID id = answer.jobId();
        assertHeld(id);
        assertThat(row(id)).containsEntry("in_doubt", false);
        vendor.start();
        vendorAnswers(accepted(vendorJob));
        awaitState(id, "QUEUED");
        assertHeld(id);
        assertThat(row(id)).containsEntry("upstream_job_id", vendorJob);
        assertEveryRequestIsAnAttempt(id);
        assertThat(generate(FOX, "key-1").header("idempotent-replayed")).isEqualTo("true");
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void aRateLimitIsWaitedForWithoutTheCaller(int seconds) {
        vendorAnswers(answer(429, "{}").withHeader("Retry-After", Integer.toString(seconds)), accepted(vendorJob));
        // Both are sent at once in the end.
        vendor.stubFor(
                post(urlEqualTo(GENERATE)).withRequestBody(containing("owl")).willReturn(accepted(UUID.randomUUID())));

        long begun = System.nanoTime();
        Answer answer = generate(FOX);

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("x-queue-ahead")).isEqualTo("0");
        UUID id = answer.jobId();
        assertHeld(id);
        assertThat(row(id)).containsEntry("state", "WAITING").containsEntry("in_doubt", false);
        UUID next = generate(OWL).jobId();
        assertThat(state(next)).isEqualTo("WAITING");
        awaitState(id, "QUEUED");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(seconds * 1000 - 500));
        assertThat(attempts(id)).hasSize(2);
        assertThat(row(id)).containsEntry("in_doubt", false);
        assertThat(String.valueOf(row(id).get("attempts_failed_by")))
                .isEqualTo("{\"the vendor's rate limit: HTTP 429\"}");
        awaitState(next, "QUEUED"); // or it would take an answer of the next test
    }

    @Test
    void anUnresolvedAttemptIsRepeatedWithTheSameKeyAndBytes() {
        vendorAnswers(answer(500, "{}"), answer(202, "{}"), accepted(vendorJob));

        UUID id = generate(FOX).jobId();
        assertHeld(id);

        awaitState(id, "QUEUED");
        assertHeld(id);
        assertThat(row(id)).containsEntry("upstream_job_id", vendorJob).containsEntry("in_doubt", true);
        assertThat(attempts(id)).hasSize(3);
    }

    @Test
    void whatStaysInDoubtIsAcknowledgedAndFinishedLater() {
        vendorAnswers(
                tooLate(),
                answer(503, "{}"),
                accepted(vendorJob).withFault(Fault.MALFORMED_RESPONSE_CHUNK),
                accepted(vendorJob).withFault(Fault.CONNECTION_RESET_BY_PEER),
                answer(502, "<html>"));

        Answer answer = generate(FOX, "key-1");

        assertThat(answer.status()).isEqualTo(202);
        UUID id = answer.jobId();
        assertThat(answer.json().path("status").stringValue()).isEqualTo("QUEUED");
        assertHeld(id);
        assertThat(row(id)).containsEntry("state", "SENDING").containsEntry("in_doubt", true);
        assertThat(job(id).json().path("status").stringValue()).isEqualTo("QUEUED");
        int attempts = attempts(id).size();
        await().atMost(SOON).until(() -> attempts(id).size() > attempts);
        assertThat(generate(FOX, "key-1").header("idempotent-replayed")).isEqualTo("true");

        vendorShows(vendorJob, "\"status\":\"COMPLETED\",\"result\":null,\"creditCost\":4");
        vendorAnswers(accepted(vendorJob));

        awaitState(id, "COMPLETED");
        assertThat(journal(id)).containsExactly("HOLD 4 0", "CAPTURE -4 4");
        assertThat(balance()).containsExactly(0L, 4L);
        assertThat(attempts(id)).hasSizeGreaterThan(attempts + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {402, 429})
    void aRefusalAfterAnUnresolvedAttemptReleasesNothing(int status) {
        vendorAnswers(answer(500, "{}"), answer(status, "{}").withHeader("Retry-After", "3"));

        Answer answer = generate(FOX, "key-1");

        assertThat(answer.status()).isEqualTo(202);
        UUID id = answer.jobId();
        assertHeld(id);
        assertThat(row(id)).containsEntry("state", "SENDING").containsEntry("in_doubt", true);

        vendorAnswers(accepted(vendorJob));
        awaitState(id, "QUEUED");
        assertHeld(id);
    }

    static List<ResponseDefinitionBuilder> unresolved() {
        return List.of(answer(500, "{}"), tooLate());
    }

    @ParameterizedTest
    @MethodSource("unresolved")
    void invalidIsFinalWhateverCameBeforeAndFailsInSightOfItsTenant(ResponseDefinitionBuilder before) {
        vendorAnswers(before);
        UUID id = generate(FOX, "key-1").jobId();

        vendorAnswers(answer(400, "{\"error\":\"no foxes\"}"));

        awaitState(id, "FAILED");
        assertThat(journal(id)).containsExactly("HOLD 4 0", "RELEASE -4 0");
        assertThat(balance()).containsExactly(0L, 0L);
        assertThat(job(id).json().path("status").stringValue()).isEqualTo("FAILED");
        assertThat(job(id).json().path("error").stringValue()).isEqualTo("no foxes");
        assertThat(job(id).json().path("creditCost").longValue()).isZero();
        assertThat(generate(OWL, "key-1").status()).isEqualTo(409);
    }

    @Test
    void aReplayInFlightTurnsALaterRefusalIntoAFailedJobForAll() {
        vendorAnswers(answer(400, "{\"error\":\"no foxes\"}").withFixedDelay(2_000));
        CompletableFuture<Answer> first = generateMeanwhile(FOX, "key-1");
        await().pollInterval(Duration.ofMillis(20)).atMost(SOON).until(this::hasGeneration);

        Answer replay = generate(FOX, "key-1");

        UUID id = onlyGeneration();
        assertThat(replay.status()).isEqualTo(202);
        assertThat(replay.header("idempotent-replayed")).isEqualTo("true");
        assertThat(replay.jobId()).isEqualTo(id);
        assertThat(first.join().status()).isEqualTo(202);
        assertThat(first.join().jobId()).isEqualTo(id);
        assertThat(state(id)).isEqualTo("FAILED");
        assertThat(journal(id)).containsExactly("HOLD 4 0", "RELEASE -4 0");
        assertThat(job(id).json().path("status").stringValue()).isEqualTo("FAILED");
        assertThat(generate(FOX, "key-1").jobId()).isEqualTo(id);
        assertThat(generate(OWL, "key-1").status()).isEqualTo(409);
        assertThat(attempts(id)).hasSize(1);
    }

    @Test
    void aReplayInFlightLetsARefusedAccountBeWaitedForByAll() {
        vendorAnswers(answer(402, "{}").withFixedDelay(2_000), accepted(vendorJob));
        CompletableFuture<Answer> first = generateMeanwhile(FOX, "key-1");
        await().pollInterval(Duration.ofMillis(20)).atMost(SOON).until(this::hasGeneration);

        Answer replay = generate(FOX, "key-1");

        UUID id = onlyGeneration();
        assertThat(replay.status()).isEqualTo(202);
        assertThat(first.join().status()).isEqualTo(202);
        assertThat(first.join().jobId()).isEqualTo(id);
        assertHeld(id);
        awaitState(id, "QUEUED");
        assertThat(attempts(id)).hasSize(2);
    }
}
