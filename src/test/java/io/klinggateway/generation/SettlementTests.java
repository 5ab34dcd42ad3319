package io.klinggateway.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.GatewayScenario;
import io.klinggateway.apiframe.Deadline;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.running.Answer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** How what was accepted, or may have been, comes to its end. */
class SettlementTests extends GatewayScenario {

    private final UUID vendorJob = UUID.randomUUID();

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private Settlement settlement;

    @Autowired
    private Generations generations;

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
        assertThat(job.json().path("creditCost").longValue()).isEqualTo(captured);
        assertThat(job.json().path("result").path("images").toString())
                .isEqualTo("[\"https://cdn2.apiframe.ai/1.png\"]");
        assertThat(job.body()).doesNotContain(vendorJob.toString());
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(counter("kling.gateway.loss.credits") - lossBefore)
                        .isEqualTo(loss));
    }

    @ParameterizedTest
    @CsvSource({"FAILED, job_failed", "CANCELLED, job_cancelled"})
    void aJobWithoutImagesCostsNothing(String status, String cause) {
        double failuresBefore = failures(cause);
        long endsBefore = ends("failed");
        vendorAnswers(accepted(vendorJob));
        vendorShows(
                vendorJob, "\"status\":\"%s\",\"result\":null,\"error\":\"policy\",\"creditCost\":4".formatted(status));

        UUID id = generate(FOX).jobId();

        awaitState(id, status);
        assertThat(journal(id)).containsExactly("HOLD 4 0", "RELEASE -4 0");
        assertThat(balance()).containsExactly(0L, 0L);
        assertThat(job(id).json().path("status").stringValue()).isEqualTo(status);
        assertThat(job(id).json().path("error").stringValue()).isEqualTo("policy");
        assertThat(job(id).json().path("creditCost").longValue()).isZero();
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(failures(cause) - failuresBefore).isEqualTo(1);
            assertThat(ends("failed") - endsBefore).isEqualTo(1);
        });
    }

    @Test
    void whatWaitsForTooLongIsAFailureWithThatCause() {
        double before = failures("waited_too_long");
        long endsBefore = ends("failed");
        vendorAnswers(answer(429, "{}"));
        UUID id = generate(FOX).jobId();

        await().atMost(SOON).until(() -> settlement.failLongWaiting(Duration.ZERO));

        assertThat(state(id)).isEqualTo("FAILED");
        assertThat(failures("waited_too_long") - before).isEqualTo(1);
        assertThat(ends("failed") - endsBefore).isEqualTo(1);
    }

    @Test
    void anErrorAnswerIsNoFailureOfWhatWasAccepted() {
        double before = failures("refused");
        long endsBefore = ends("failed");
        vendorAnswers(answer(400, "{\"error\":\"no\"}"));

        assertThat(generate(FOX).status()).isEqualTo(400);

        assertThat(failures("refused")).isEqualTo(before);
        assertThat(ends("failed")).isEqualTo(endsBefore);
    }

    @Test
    void anAcceptanceAfterTheEndIsAnOrphanThatNobodyPaysFor() {
        vendorAnswers(answer(400, "{\"error\":\"no\"}"));
        assertThat(generate(FOX).status()).isEqualTo(400);
        UUID id = onlyGeneration();

        generations.accepted(new GenerationId(id), new VendorJobId(vendorJob), Deadline.in(SOON));
        generations.accepted(new GenerationId(id), new VendorJobId(vendorJob), Deadline.in(SOON));

        assertThat(orphans(id)).isOne();
        assertWithdrawn(id);
    }

    @Test
    void anAcceptanceThatIsRecordedTwiceIsNoOrphan() {
        vendorAnswers(accepted(vendorJob));
        UUID id = generate(FOX).jobId();

        generations.accepted(new GenerationId(id), new VendorJobId(vendorJob), Deadline.in(SOON));

        assertThat(orphans(id)).isZero();
        assertThat(row(id)).containsEntry("upstream_job_id", vendorJob).containsEntry("state", "QUEUED");
    }

    @Test
    void aJobThatIsSettledTwiceIsPaidForOnce() {
        vendorAnswers(accepted(vendorJob));
        vendorShows(vendorJob, "\"status\":\"COMPLETED\",\"creditCost\":4");
        UUID id = generate(FOX).jobId();
        awaitState(id, "COMPLETED");

        settlement.settle(
                new GenerationId(id),
                new VendorJob(
                        new VendorJobId(vendorJob),
                        VendorJob.Status.FAILED,
                        null,
                        List.of(),
                        null,
                        null,
                        false,
                        null,
                        null),
                Deadline.in(Duration.ofSeconds(5)));

        assertThat(state(id)).isEqualTo("COMPLETED");
        assertThat(journal(id)).containsExactly("HOLD 4 0", "CAPTURE -4 4");
    }

    private long orphans(UUID id) {
        return jdbc.sql("select count(*) from orphan_job where generation_id = :id and upstream_job_id = :job")
                .param("id", id)
                .param("job", vendorJob)
                .query(Long.class)
                .single();
    }

    private double failures(String cause) {
        return meters.get("kling.gateway.failures")
                .tag("cause", cause)
                .counter()
                .count();
    }

    private long ends(String outcome) {
        return meters.get("kling.gateway.generation.duration")
                .tag("outcome", outcome)
                .timer()
                .count();
    }

    private double counter(String name) {
        Counter counter = meters.find(name).counter();
        return counter == null ? 0 : counter.count();
    }
}
