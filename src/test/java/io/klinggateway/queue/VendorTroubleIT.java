package io.klinggateway.queue;

import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import io.klinggateway.GatewayScenario;
import io.klinggateway.running.Answer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A vendor in trouble: its callers have a 202, and what was acknowledged runs when it is back. */
@Tag("slow")
class VendorTroubleIT extends GatewayScenario {

    private static final Duration PROBE_INTERVAL = Duration.ofSeconds(2);

    private final UUID vendorJob = UUID.randomUUID();

    record Trouble(String name, ResponseDefinitionBuilder answer, boolean definite) {

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Trouble> troubles() {
        return List.of(
                new Trouble("429", answer(429, "{}").withHeader("Retry-After", "1"), true),
                new Trouble("503", answer(503, "{}"), false),
                new Trouble("hangs", tooLate(), false),
                new Trouble("resets", answer(202, "{}").withFault(Fault.CONNECTION_RESET_BY_PEER), false));
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void whatTroubleKeepsFromTheVendorRunsWhenItIsOver(Trouble trouble) {
        vendorAnswers(trouble.answer());

        Answer answer = generate(FOX);

        assertThat(answer.status()).isEqualTo(202);
        UUID id = answer.jobId();
        await().atMost(SOON).until(() -> attempts(id).size() > 1);
        assertHeld(id);
        assertThat(row(id)).containsEntry("in_doubt", !trouble.definite()).containsEntry("upstream_job_id", null);

        vendorAnswers(accepted(vendorJob));
        vendorShows(vendorJob, "\"status\":\"COMPLETED\",\"creditCost\":4");

        awaitState(id, "COMPLETED");
        assertThat(journal(id)).containsExactly("HOLD 4 0", "CAPTURE -4 4");
        assertThat(attempts(id)).hasSizeGreaterThan(2);
    }

    @Test
    void aVendorThatIsAwayIsWaitedFor() {
        vendor.stop();

        UUID first = generate(FOX).jobId();
        UUID second = generate(OWL).jobId();

        await().atMost(SOON).until(() -> attempt(first) > 1);
        assertThat(state(first)).isIn("WAITING", "SENDING");
        assertThat(row(first)).containsEntry("in_doubt", false);
        vendorAnswers(accepted(vendorJob), accepted(UUID.randomUUID()));
        vendor.start();
        awaitState(first, "QUEUED");
        awaitState(second, "QUEUED");
        assertEveryRequestIsAnAttempt(first);
        assertEveryRequestIsAnAttempt(second);
        assertThat(journal(first)).containsExactly("HOLD 4 0");
        assertThat(journal(second)).containsExactly("HOLD 2 0");
    }

    @Test
    void aRateLimitHoldsBackEverything() {
        vendorAnswers(
                answer(429, "{}").withHeader("Retry-After", "4"), accepted(vendorJob), accepted(UUID.randomUUID()));
        long begun = System.nanoTime();
        UUID first = generate(FOX).jobId();

        UUID second = generate(OWL).jobId();

        assertThat(submissions()).isOne();
        await().atMost(SOON).until(() -> submissions() > 1);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(3_500));
        awaitState(first, "QUEUED");
        awaitState(second, "QUEUED");
        assertEveryRequestIsAnAttempt(first);
        assertEveryRequestIsAnAttempt(second);
    }

    @Test
    void aRefusedAccountIsToldToWhoeverWaitsOrComesAndWaitedForByWhoeverHasA202() {
        vendorAnswers(answer(402, "{\"error\":\"no credits\"}"));
        List<UUID> acknowledged = whileNothingIsSent(() -> List.of(acknowledged(FOX), acknowledged(OWL)));
        await().atMost(SOON).until(() -> submissions() > 0);
        await().atMost(SOON).until(this::accountIsRefused);

        Answer fresh = generate(OWL);

        assertThat(fresh.status()).isEqualTo(503);
        assertThat(fresh.code()).isEqualTo("upstream_account");
        assertThat(fresh.header("retry-after")).isIn("1", "2");
        assertThat(balance()).as("held for the acknowledged ones alone").containsExactly(6L, 0L);
        assertThat(acknowledged)
                .allSatisfy(id -> assertThat(row(id))
                        .containsEntry("acknowledged", true)
                        .containsEntry("in_doubt", false)
                        .containsEntry("captured_credits", null));

        vendorAnswers(accepted(vendorJob), accepted(UUID.randomUUID()));

        acknowledged.forEach(id -> awaitState(id, "QUEUED"));
        assertThat(accountIsRefused()).isFalse();
        assertThat(balance()).containsExactly(6L, 0L);
        vendorAnswers(accepted(UUID.randomUUID()));
        assertThat(generate(OWL).status()).isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 402, 403, 404})
    void aRefusedAccountIsProbedOnceInEachInterval(int status) throws InterruptedException {
        vendorAnswers(answer(status, "{}"));
        whileNothingIsSent(
                () -> Stream.generate(() -> acknowledged(OWL)).limit(5).toList());
        await().atMost(SOON).until(this::accountIsRefused);
        await().atMost(SOON).until(this::nothingIsUnderWay); // of those that were sent together
        int before = submissions();

        Thread.sleep(2 * PROBE_INTERVAL.toMillis() + 500);

        assertThat(submissions() - before).isBetween(1, 3);
        assertThat(balance()).containsExactly(10L, 0L);
    }

    @Test
    void aProbeThatFailsPausesAgain() {
        vendorAnswers(answer(402, "{}"));
        assertThat(generate(FOX).status()).isEqualTo(503);
        jdbc.sql("update upstream_rate set probe_at = gateway_now()").update();
        await().pollDelay(Duration.ZERO).atMost(SOON).until(() -> !dispatcher.isBusy());

        Answer probe = generate(FOX);

        assertThat(probe.status()).isEqualTo(503);
        assertThat(submissions()).isEqualTo(2);
        assertThat(accountIsRefused()).isTrue();
        assertThat(generate(FOX).status()).isEqualTo(503);
        assertThat(submissions()).as("nobody asks while the pause lasts").isEqualTo(2);
        assertThat(balance()).containsExactly(0L, 0L);
    }

    @Test
    void aRequestThatIsRefusedShowsThatTheAccountIsNot() {
        vendorAnswers(answer(402, "{}"), answer(400, "{\"error\":\"no\"}"));
        assertThat(generate(FOX).status()).isEqualTo(503);
        jdbc.sql("update upstream_rate set probe_at = gateway_now()").update();
        await().pollDelay(Duration.ZERO).atMost(SOON).until(() -> !dispatcher.isBusy());

        assertThat(generate(FOX).status()).isEqualTo(400);

        assertThat(accountIsRefused()).isFalse();
    }

    @Test
    void whatTheVendorFailsOnBacksOffAndHarmsNobodyElse() {
        vendorAnswers(accepted(UUID.randomUUID()));
        vendor.stubFor(post(urlEqualTo(GENERATE))
                .withRequestBody(containing("poison"))
                .atPriority(1)
                .willReturn(answer(503, "{}")));
        String poison = "{\"prompt\":\"poison\",\"model\":\"kling-image\"}";
        List<UUID> poisoned =
                IntStream.range(0, 10).mapToObj(_ -> generate(poison).jobId()).toList();

        // While others are taken.
        await().pollInterval(Duration.ofMillis(500)).atMost(SOON).until(() -> {
            vendorAnswers(accepted(UUID.randomUUID()));
            generate(OWL).jobId();
            return poisoned.stream().allMatch(id -> attempt(id) >= 8 && pause(id) > 5);
        });
        for (int other = 0; other < 5; other++) {
            vendorAnswers(accepted(UUID.randomUUID()));
            UUID id = generate(OWL).jobId();
            assertThat(state(id)).isIn("SENDING", "QUEUED");
            awaitState(id, "QUEUED");
        }
        assertThat(journal(poisoned.getFirst())).containsExactly("HOLD 2 0");
    }

    /** Seconds until it is sent again. */
    private double pause(UUID id) {
        return jdbc.sql(
                        "select extract(epoch from due_at - gateway_now()) from generation where id = :id and not attempt_open")
                .param("id", id)
                .query(Double.class)
                .optional()
                .orElse(0.0);
    }

    private boolean accountIsRefused() {
        return jdbc.sql("select account_refused from upstream_rate where upstream = :upstream")
                .param("upstream", apiframe.upstream())
                .query(Boolean.class)
                .single();
    }

    private UUID acknowledged(String request) {
        Answer answer = generate(request);
        assertThat(answer.status()).isEqualTo(202);
        return answer.jobId();
    }

    private boolean nothingIsUnderWay() {
        return jdbc.sql("select count(*) from generation where tenant_id = :tenant and attempt_open")
                        .param("tenant", tenant().id().value())
                        .query(Integer.class)
                        .single()
                == 0;
    }

    private static int submissions() {
        return vendor.findAll(postRequestedFor(urlEqualTo(GENERATE))).size();
    }
}
