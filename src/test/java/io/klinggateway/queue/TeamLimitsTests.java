package io.klinggateway.queue;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.GatewayScenario;
import io.klinggateway.running.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a team may have at the vendor at once, and in the queue. */
class TeamLimitsTests extends GatewayScenario {

    @BeforeEach
    void everyJobHasItsId() {
        vendor.stubFor(post(urlEqualTo(GENERATE))
                .willReturn(answer(202, "{\"jobId\":\"{{randomValue type='UUID'}}\",\"status\":\"QUEUED\"}")
                        .withTransformers("response-template")));
    }

    @Test
    void aTeamAtItsLimitWaitsAndAllRunInTheEnd() {
        limit("concurrent_generations", 2);
        List<UUID> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Answer answer = generate(OWL);
            assertThat(answer.status()).isEqualTo(202);
            ids.add(answer.jobId());
        }
        await().atMost(SOON).until(() -> running().size() == 2);
        assertThat(queue()).containsExactly(3, 2);

        long until = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        int completed = 0;
        while (completed < 5) {
            List<UUID> running = running();
            assertThat(running).hasSizeLessThanOrEqualTo(2);
            vendorCompletes(running);
            completed = count("COMPLETED");
            assertThat(System.nanoTime()).as("all complete in time").isLessThan(until);
        }

        assertThat(ids).allSatisfy(id -> assertThat(journal(id)).containsExactly("HOLD 2 0", "CAPTURE -2 2"));
        assertThat(queue()).containsExactly(0, 0);
    }

    @Test
    void aFullQueueTakesNoMoreAndHoldsNothing() {
        limit("waiting_generations", 2);
        holdQueueBack(Duration.ofHours(1));
        assertThat(generate(OWL).status()).isEqualTo(202);
        UUID second = generate(OWL).jobId();

        Answer refused = generate(OWL);

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("queue_full");
        assertThat(refused.header("retry-after")).isEqualTo("5");
        assertThat(balance()).containsExactly(4L, 0L);
        assertThat(cancel(second).status()).isEqualTo(200);
        assertThat(generate(OWL).status()).isEqualTo(202);
    }

    @Test
    void aReplayIsAnsweredThoughTheQueueIsFull() {
        limit("waiting_generations", 1);
        holdQueueBack(Duration.ofHours(1));
        UUID first = generate(OWL, "key-1").jobId();

        assertThat(generate(OWL, "key-1").jobId()).isEqualTo(first);
        assertThat(generate(OWL, "key-2").status()).isEqualTo(429);
    }

    @Test
    void admissionsAtOnceFillTheQueueExactly() {
        limit("waiting_generations", 7);
        holdQueueBack(Duration.ofHours(1));
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            answers.add(generateMeanwhile(OWL, null));
        }

        List<Integer> statuses =
                answers.stream().map(answer -> answer.join().status()).toList();

        assertThat(statuses.stream().filter(status -> status == 202)).hasSize(7);
        assertThat(statuses.stream().filter(status -> status == 429)).hasSize(23);
        assertThat(balance()).containsExactly(14L, 0L);
        assertThat(queue()).containsExactly(7, 0);
    }

    private void limit(String column, int most) {
        jdbc.sql("update tenant set " + column + " = :most where id = :tenant")
                .param("most", most)
                .param("tenant", tenant().id().value())
                .update();
    }

    private void vendorCompletes(List<UUID> running) {
        List<UUID> jobs = running.isEmpty()
                ? List.of()
                : jdbc.sql("select upstream_job_id from generation where id in (:ids) and upstream_job_id is not null")
                        .param("ids", running)
                        .query((row, _) -> row.getObject(1, UUID.class))
                        .list();
        String shown = jobs.stream()
                .map("{\"id\":\"%s\",\"status\":\"COMPLETED\",\"creditCost\":2}"::formatted)
                .collect(Collectors.joining(","));
        vendor.stubFor(get(urlPathEqualTo("/v2/jobs"))
                .willReturn(okJson("{\"jobs\":[" + shown + "],\"nextCursor\":null,\"hasMore\":false}")));
    }

    private List<UUID> running() {
        return jdbc.sql("""
                        select id from generation
                         where tenant_id = :tenant and state in ('SENDING', 'QUEUED', 'PROCESSING')
                        """)
                .param("tenant", tenant().id().value())
                .query((row, _) -> row.getObject(1, UUID.class))
                .list();
    }

    private int count(String state) {
        return jdbc.sql("select count(*) from generation where tenant_id = :tenant and state = :state")
                .param("tenant", tenant().id().value())
                .param("state", state)
                .query((row, _) -> row.getInt(1))
                .single();
    }
}
