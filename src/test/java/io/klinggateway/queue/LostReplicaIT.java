package io.klinggateway.queue;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.GatewayScenario;
import io.klinggateway.apiframe.Deadline;
import io.klinggateway.generation.GenerationSnapshot;
import io.klinggateway.generation.Generations;
import io.klinggateway.generation.Refusal;
import io.klinggateway.generation.Settlement;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.running.Replica;
import io.klinggateway.running.Replica.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;

/** Replicas share one queue: what one leaves behind another finishes, and what one does no other does again. */
@Tag("slow")
class LostReplicaIT extends GatewayScenario {

    private final UUID vendorJob = UUID.randomUUID();

    @Autowired
    private Environment environment;

    @Autowired
    private Generations generations;

    @Autowired
    private Settlement settlement;

    @Autowired
    private MeterRegistry meters;

    @Test
    void anAttemptThatItsReplicaNeverClosedIsRepeatedAfterItsLease() {
        vendorAnswers(accepted(vendorJob));
        UUID id = openedElsewhere(Duration.ofSeconds(2));
        assertThat(row(id)).containsEntry("attempt_open", true).containsEntry("acknowledged", true);
        letQueueGo();
        long opened = System.nanoTime();

        awaitState(id, "QUEUED");

        assertThat(Duration.ofNanos(System.nanoTime() - opened)).isGreaterThan(Duration.ofSeconds(1));
        assertHeld(id);
        assertThat(row(id)).containsEntry("in_doubt", true).containsEntry("upstream_job_id", vendorJob);
        assertThat(attempt(id)).as("the lost one and those that came after it").isGreaterThanOrEqualTo(2);
        assertThat(attempts(id)).hasSizeBetween(1, attempt(id) - 1);
        assertThat(String.valueOf(row(id).get("attempts_failed_by"))).contains("its lease ran out");
    }

    @Test
    void anAttemptThatWasNeverClosedMayHaveAJobAndIsNotReleased() {
        vendorAnswers(answer(402, "{}"));
        UUID id = openedElsewhere(Duration.ZERO);
        letQueueGo();

        await().atMost(SOON).until(() -> attempt(id) > 1);

        await().atMost(SOON).until(() -> !Boolean.TRUE.equals(row(id).get("attempt_open")));
        assertThat(state(id)).isEqualTo("SENDING");
        assertHeld(id);
    }

    @Test
    void aSenderThatOutlivesItsLeaseMayNotConclude() {
        vendorAnswers(accepted(vendorJob));
        UUID id = openedElsewhere(Duration.ZERO);
        letQueueGo();
        awaitState(id, "QUEUED");

        GenerationSnapshot status =
                settlement.refuse(new GenerationId(id), 1, refusal(), "a test", false, Deadline.in(SOON));
        generations.returnToQueue(new GenerationId(id), 1, Duration.ZERO, "a test");
        generations.unresolved(new GenerationId(id), 1, Duration.ZERO, "a test");

        assertThat(status.withdrawn()).isFalse();
        assertHeld(id);
        assertThat(row(id)).containsEntry("state", "QUEUED").containsEntry("upstream_job_id", vendorJob);
    }

    @Test
    void aSenderThatOutlivesItsLeaseMayNotReleaseWhatIsStillSent() {
        vendorAnswers(answer(500, "{}"));
        UUID id = openedElsewhere(Duration.ZERO);
        letQueueGo();
        await().atMost(SOON).until(() -> attempt(id) > 2);

        GenerationSnapshot status =
                settlement.refuse(new GenerationId(id), 1, refusal(), "a test", false, Deadline.in(SOON));
        generations.returnToQueue(new GenerationId(id), 1, Duration.ZERO, "a test");

        assertThat(status.sending()).isTrue();
        assertThat(state(id)).isEqualTo("SENDING");
        assertHeld(id);
    }

    @Test
    void anotherVendorsGenerationsAreLeftAlone() {
        vendorAnswers(answer(500, "{}"));
        UUID id = generate(FOX).jobId();
        jdbc.sql("update generation set upstream = 'https://another.example', due_at = gateway_now() where id = :id")
                .param("id", id)
                .update();
        await().atMost(SOON).until(() -> !Boolean.TRUE.equals(row(id).get("attempt_open")));
        int attempts = attempts(id).size();
        vendorAnswers(accepted(vendorJob));

        awaitState(generate(OWL).jobId(), "QUEUED");

        assertThat(state(id)).isEqualTo("SENDING");
        assertThat(attempts(id)).hasSize(attempts);
    }

    @Test
    void twoReplicasSendAndSettleEachJobOnce() {
        int jobs = 20;
        double before = loss(meters);
        List<UUID> vendorJobs = new ArrayList<>();
        List<UUID> ids = new ArrayList<>();
        try (Replica second = secondReplica()) {
            for (int i = 0; i < jobs; i++) {
                UUID job = UUID.randomUUID();
                vendorJobs.add(job);
                vendorAnswers(accepted(job));
                ids.add(generate(OWL).jobId());
                awaitState(ids.getLast(), "QUEUED");
            }
            assertThat(balance()).containsExactly(2L * jobs, 0L);
            vendorShowsCompleted(vendorJobs);

            ids.forEach(id -> awaitState(id, "COMPLETED"));

            assertThat(balance()).containsExactly(0L, 2L * jobs);
            assertThat(ids).allSatisfy(id -> {
                assertThat(journal(id)).containsExactly("HOLD 2 0", "CAPTURE -2 2");
                assertEveryRequestIsAnAttempt(id);
            });
            MeterRegistry others = second.bean(MeterRegistry.class);
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(loss(meters) - before + loss(others)).isEqualTo(jobs));
        }
    }

    private static double loss(MeterRegistry registry) {
        return registry.counter("kling.gateway.loss.credits").count();
    }

    private static void vendorShowsCompleted(List<UUID> jobs) {
        String shown = jobs.stream()
                .map("{\"id\":\"%s\",\"status\":\"COMPLETED\",\"creditCost\":3}"::formatted)
                .collect(Collectors.joining(","));
        vendor.stubFor(get(urlPathEqualTo("/v2/jobs"))
                .willReturn(okJson("{\"jobs\":[" + shown + "],\"nextCursor\":null,\"hasMore\":false}")));
    }

    private Replica secondReplica() {
        Settings settings = new Settings().with("server.port", 0).with("management.server.port", 0);
        for (String same : List.of(
                "spring.datasource.url",
                "spring.datasource.username",
                "spring.datasource.password",
                "apiframe.api-key",
                "apiframe.base-url",
                "apiframe.requests-per-minute",
                "gateway.queue.attempt-deadline",
                "gateway.queue.lease",
                "gateway.tracking.interval")) {
            settings.with(same, environment.getRequiredProperty(same));
        }
        return Replica.start(settings);
    }

    /** Another replica has opened an attempt at it, and died; this one is held back still. */
    private UUID openedElsewhere(Duration lease) {
        holdQueueBack(Duration.ofHours(1));
        UUID id = generate(FOX).jobId();
        jdbc.sql("update generation set acknowledged = false where id = :id")
                .param("id", id)
                .update();
        assertThat(jdbc.sql("""
                        select id from queue_next(:upstream, gen_random_uuid(), interval '1 microsecond', interval '2 hours',
                            interval '30 seconds', make_interval(secs => :lease), 1) where id is not null
                        """)
                        .param("upstream", apiframe.upstream())
                        .param("lease", lease.toSeconds())
                        .query(UUID.class)
                        .list())
                .containsExactly(id);
        return id;
    }

    private static Refusal refusal() {
        return new Refusal(ProblemCode.UPSTREAM_ACCOUNT, "refused", Map.of(), null, false);
    }
}
