package io.klinggateway.generation;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.KlingGatewayApplication;
import io.klinggateway.apiframe.Deadline;
import io.klinggateway.apiframe.UpstreamJobId;
import io.klinggateway.generation.GenerationRepository.Standing;
import io.klinggateway.image.ImageRequest;
import io.klinggateway.image.ImageRequestJson;
import io.klinggateway.image.PriceList;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.tenant.Caller;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/** How what was accepted, or may have been, comes to its end. */
class SettlementTests extends GatewayScenario {

    private final UUID vendorJob = UUID.randomUUID();

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private Environment environment;

    @Autowired
    private Tracking tracking;

    @Autowired
    private Settlement settlement;

    @Autowired
    private GenerationRepository generations;

    @Autowired
    private PriceList prices;

    @Autowired
    private ImageRequestJson json;

    @ParameterizedTest
    @CsvSource({"4, 4, 0", "null, 4, 0", "1, 1, 0", "0, 0, 0", "9, 4, 5"})
    void aCompletedJobIsPaidForAtMostAsQuoted(String charged, long captured, double loss) {
        vendorAnswers(accepted(vendorJob));
        double lossBefore = counter("kling.gateway.loss.credits");
        vendorShows(vendorJob, """
                "status":"COMPLETED","progress":100,"result":{"images":["https://cdn2.apiframe.ai/1.png"]},\
                "error":null,"creditCost":%s,"expired":false""".formatted(charged));

        UUID id = generate(FOX).jobId();

        awaitState(id, "COMPLETED");
        assertThat(journal(id)).containsExactly("HOLD 4 0", "CAPTURE -4 " + captured);
        assertThat(balance()).containsExactly(0L, captured);
        Answer job = job(id);
        assertThat(job.body().path("creditCost").longValue()).isEqualTo(captured);
        assertThat(job.body().path("result").path("images").toString())
                .isEqualTo("[\"https://cdn2.apiframe.ai/1.png\"]");
        assertThat(job.text()).doesNotContain(vendorJob.toString());
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(counter("kling.gateway.loss.credits") - lossBefore)
                        .isEqualTo(loss));
    }

    @ParameterizedTest
    @ValueSource(strings = {"FAILED", "CANCELLED"})
    void aJobWithoutImagesCostsNothing(String status) {
        vendorAnswers(accepted(vendorJob));
        vendorShows(
                vendorJob, "\"status\":\"%s\",\"result\":null,\"error\":\"policy\",\"creditCost\":4".formatted(status));

        UUID id = generate(FOX).jobId();

        awaitState(id, status);
        assertThat(journal(id)).containsExactly("HOLD 4 0", "RELEASE -4 0");
        assertThat(balance()).containsExactly(0L, 0L);
        assertThat(job(id).body().path("status").stringValue()).isEqualTo(status);
        assertThat(job(id).body().path("error").stringValue()).isEqualTo("policy");
        assertThat(job(id).body().path("creditCost").longValue()).isZero();
    }

    @Test
    void progressIsShownAndNeverGoesBack() {
        vendorAnswers(accepted(vendorJob));
        vendorShows(vendorJob, "\"status\":\"PROCESSING\",\"progress\":60");
        UUID id = generate(FOX).jobId();
        awaitState(id, "PROCESSING");
        await().atMost(SOON).until(() -> job(id).body().path("progress").intValue() == 60);

        vendorShows(vendorJob, "\"status\":\"QUEUED\",\"progress\":10");
        vendor.resetRequests();
        awaitReadOf(vendorJob, 2);

        assertThat(job(id).body().path("status").stringValue()).isEqualTo("PROCESSING");
        assertThat(job(id).body().path("progress").intValue()).isEqualTo(60);
        assertHeld(id);
    }

    @Test
    void aJobThatTheVendorHasNotKnownForTenMinutesIsReviewed() {
        double before = counter("kling.gateway.reviews");
        vendorAnswers(accepted(vendorJob));
        UUID id = generate(FOX).jobId();
        await().atMost(SOON).until(() -> row(id).get("missing_since") != null);
        moveTimeTo(Duration.ofMinutes(9));
        vendor.resetRequests();
        awaitReadOf(vendorJob, 2);
        assertThat(state(id)).isEqualTo("QUEUED");

        moveTimeTo(Duration.ofMinutes(11));

        awaitState(id, "IN_REVIEW");
        assertInReview(id, "PROCESSING");
        await().atMost(SOON).until(() -> counter("kling.gateway.reviews") - before == 1);
    }

    @Test
    void aJobThatIsFoundAgainIsNotMissing() {
        vendorAnswers(accepted(vendorJob));
        UUID id = generate(FOX).jobId();
        await().atMost(SOON).until(() -> row(id).get("missing_since") != null);

        vendorShows(vendorJob, "\"status\":\"PROCESSING\"");

        await().atMost(SOON).until(() -> row(id).get("missing_since") == null);
        moveTimeTo(Duration.ofMinutes(11));
        vendor.resetRequests();
        awaitReadOf(vendorJob, 2);
        assertThat(state(id)).isEqualTo("PROCESSING");
    }

    @Test
    void aJobThatIsOpenForADayIsReviewed() {
        vendorAnswers(accepted(vendorJob));
        vendorShows(vendorJob, "\"status\":\"PROCESSING\"");
        UUID id = generate(FOX).jobId();
        awaitState(id, "PROCESSING");

        moveTimeTo(Duration.ofHours(24).plusMinutes(1));

        awaitState(id, "IN_REVIEW");
        assertInReview(id, "PROCESSING");
    }

    @Test
    void whatIsUnresolvedForTwentyThreeHoursIsReviewedAndNotSentAgain() {
        vendorAnswers(answer(500, "{}"));
        UUID id = generate(FOX).jobId();
        assertThat(state(id)).isEqualTo("SUBMITTING");

        moveTimeTo(Duration.ofHours(23).plusMinutes(1));

        awaitState(id, "IN_REVIEW");
        assertInReview(id, "QUEUED");
        int attempts = attempts(id).size();
        vendorAnswers(accepted(vendorJob));
        awaitOtherJobAccepted();
        assertThat(attempts(id)).hasSize(attempts);
    }

    @Test
    void completedJobsAreLookedAtDailyUntilTheirImagesAreGone() {
        String completed = "\"status\":\"COMPLETED\",\"result\":{\"images\":[\"https://cdn2.apiframe.ai/1.png\"]},"
                + "\"creditCost\":4,\"expired\":";
        vendorAnswers(accepted(vendorJob));
        vendorShows(vendorJob, completed + "false");
        UUID id = generate(FOX).jobId();
        awaitState(id, "COMPLETED");
        vendor.resetRequests();

        tracking.passKept();
        assertThat(readsOf(vendorJob)).isZero();

        moveTimeTo(Duration.ofHours(25));
        tracking.passKept();
        await().atMost(SOON).until(() -> readsOf(vendorJob) == 1);
        assertThat(job(id).body().path("expired").booleanValue()).isFalse();

        vendorShows(vendorJob, completed + "true");
        moveTimeTo(Duration.ofHours(50));
        tracking.passKept();
        await().atMost(SOON).until(() -> job(id).body().path("expired").booleanValue());
        assertThat(row(id)).containsEntry("due_at", null).containsEntry("state", "COMPLETED");

        vendor.resetRequests();
        moveTimeTo(Duration.ofHours(100));
        tracking.passKept();
        assertThat(readsOf(vendorJob)).isZero();
        assertThat(journal(id)).containsExactly("HOLD 4 0", "CAPTURE -4 4");
    }

    @Test
    void anAcceptanceAfterTheEndIsAnOrphanThatNobodyPaysFor() {
        double before = counter("kling.gateway.orphan.jobs");
        vendorAnswers(answer(400, "{\"error\":\"no\"}"));
        assertThat(generate(FOX).status()).isEqualTo(400);
        UUID id = onlyGeneration();

        assertThat(settlement.accept(new GenerationId(id), new UpstreamJobId(vendorJob), Deadline.in(SOON)))
                .isFalse();
        settlement.accept(new GenerationId(id), new UpstreamJobId(vendorJob), Deadline.in(SOON));

        assertThat(jdbc.sql("select upstream_job_id from orphan_job where generation_id = :id")
                        .param("id", id)
                        .query(UUID.class)
                        .list())
                .containsExactly(vendorJob);
        assertThat(counter("kling.gateway.orphan.jobs") - before).isEqualTo(1);
        assertWithdrawn(id);
    }

    @Test
    void anAcceptanceThatIsRecordedTwiceIsNoOrphan() {
        vendorAnswers(accepted(vendorJob));
        UUID id = generate(FOX).jobId();

        assertThat(settlement.accept(new GenerationId(id), new UpstreamJobId(vendorJob), Deadline.in(SOON)))
                .isTrue();
        assertThat(row(id)).containsEntry("upstream_job_id", vendorJob);
    }

    @Test
    void aSenderThatOutlivesItsLeaseMayNotConclude() {
        vendorAnswers(accepted(vendorJob));
        vendorShows(vendorJob, "\"status\":\"PROCESSING\"");
        GenerationId id = admitAndFreeze();

        await().atMost(SOON).until(() -> state(id.value()).equals("PROCESSING"));
        Standing standing = settlement.refuse(id, 1, Refusal.unavailable(null));

        assertThat(standing.withdrawn()).isFalse();
        assertThat(standing.status()).isEqualTo("PROCESSING");
        assertThat(generations.openNextAttempt(id, 1, false)).isFalse();
        generations.defer(id, 1, true, Duration.ZERO);
        assertHeld(id.value());
        assertThat(row(id.value()))
                .containsEntry("state", "PROCESSING")
                .containsEntry("upstream_job_id", vendorJob)
                .containsEntry("indefinite", true);
        assertThat(attempts(id.value())).hasSize(1);
    }

    @Test
    void aSenderThatOutlivesItsLeaseMayNotReleaseWhatIsStillOpen() {
        vendorAnswers(answer(500, "{}"));
        GenerationId id = admitAndFreeze();
        await().atMost(SOON).until(() -> attempt(id.value()) > 2);

        Standing standing = settlement.refuse(id, 1, Refusal.unavailable(null));

        assertThat(standing.open()).isTrue();
        assertHeld(id.value());
    }

    @Test
    void anotherVendorsGenerationsAreLeftAlone() {
        vendorAnswers(answer(500, "{}"));
        UUID id = generate(FOX).jobId();
        jdbc.sql("update generation set upstream = 'https://another.example', due_at = gateway_now() where id = :id")
                .param("id", id)
                .update();
        vendorAnswers(accepted(vendorJob));

        awaitOtherJobAccepted();

        assertThat(state(id)).isEqualTo("SUBMITTING");
    }

    @Test
    void twoReplicasSettleEachJobOnce() {
        int jobs = 20;
        double before = counter("kling.gateway.loss.credits");
        List<UUID> vendorJobs = new ArrayList<>();
        List<UUID> ids = new ArrayList<>();
        try (ConfigurableApplicationContext second = secondReplica()) {
            for (int i = 0; i < jobs; i++) {
                UUID job = UUID.randomUUID();
                vendorJobs.add(job);
                vendorAnswers(accepted(job));
                ids.add(generate(OWL).jobId());
            }
            assertThat(balance()).containsExactly(2L * jobs, 0L);
            String shown = vendorJobs.stream()
                    .map(job -> "{\"id\":\"%s\",\"status\":\"COMPLETED\",\"creditCost\":3}".formatted(job))
                    .collect(Collectors.joining(","));
            vendor.stubFor(
                    get(urlPathEqualTo("/v2/jobs")).willReturn(okJson("{\"jobs\":[" + shown + "],\"hasMore\":false}")));
            vendorJobs.forEach(job -> vendor.stubFor(get(urlEqualTo("/v2/jobs/" + job))
                    .willReturn(okJson("{\"id\":\"%s\",\"status\":\"COMPLETED\",\"creditCost\":3}".formatted(job)))));

            ids.forEach(id -> awaitState(id, "COMPLETED"));

            assertThat(balance()).containsExactly(0L, 2L * jobs);
            assertThat(ids).allSatisfy(id -> assertThat(journal(id)).containsExactly("HOLD 2 0", "CAPTURE -2 2"));
            MeterRegistry others = second.getBean(MeterRegistry.class);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(counter("kling.gateway.loss.credits")
                                    - before
                                    + others.counter("kling.gateway.loss.credits")
                                            .count())
                            .isEqualTo(jobs));
        }
    }

    private ConfigurableApplicationContext secondReplica() {
        String[] settings = {
            "spring.datasource.url",
            "spring.datasource.username",
            "spring.datasource.password",
            "apiframe.api-key",
            "apiframe.base-url",
            "apiframe.requests-per-minute",
            "gateway.generation.submission-deadline",
            "gateway.generation.lease",
            "gateway.generation.tracking-interval"
        };
        List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--management.server.port=0"));
        for (String setting : settings) {
            arguments.add("--" + setting + "=" + environment.getRequiredProperty(setting));
        }
        return new SpringApplicationBuilder(KlingGatewayApplication.class).run(arguments.toArray(String[]::new));
    }

    /** A sender that was stopped right after its request was admitted; its lease is over at once. */
    private GenerationId admitAndFreeze() {
        ImageRequest request = json.read(FOX.getBytes(StandardCharsets.UTF_8));
        UUID keyId = jdbc.sql("select id from api_key where tenant_id = :tenant")
                .param("tenant", tenant().id().value())
                .query(UUID.class)
                .single();
        GenerationId id = GenerationId.next(Clock.systemUTC());
        generations.admit(
                List.of(new NewGeneration(
                        id,
                        new Caller(tenant(), new KeyId(keyId), "main", "kg_"),
                        null,
                        request,
                        prices.quote(request),
                        new byte[32],
                        json.write(request),
                        null)),
                apiframe.upstream(),
                Duration.ZERO);
        return id;
    }

    private void assertInReview(UUID id, String seenAs) {
        assertHeld(id);
        assertThat(row(id)).containsEntry("due_at", null);
        Answer job = job(id);
        assertThat(job.body().path("status").stringValue()).isEqualTo(seenAs);
        assertThat(job.body().path("error").isNull()).isTrue();
        assertThat(job.text()).doesNotContain(vendorJob.toString());
    }

    /** The background work has gone round once more. */
    private void awaitOtherJobAccepted() {
        GenerationId other = admitAndFreeze();
        await().atMost(SOON).until(() -> !state(other.value()).equals("SUBMITTING"));
    }

    private void awaitReadOf(UUID job, int times) {
        await().atMost(SOON).until(() -> readsOf(job) >= times);
    }

    private int readsOf(UUID job) {
        return vendor.findAll(getRequestedFor(urlEqualTo("/v2/jobs/" + job))).size();
    }

    private double counter(String name) {
        Counter counter = meters.find(name).counter();
        return counter == null ? 0 : counter.count();
    }
}
