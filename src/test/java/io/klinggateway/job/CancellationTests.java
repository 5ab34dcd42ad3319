package io.klinggateway.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.GatewayScenario;
import io.klinggateway.apiframe.Deadline;
import io.klinggateway.generation.Settlement;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.running.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** What waits may be cancelled; what may have reached the vendor may not. */
class CancellationTests extends GatewayScenario {

    private static final String TOLD = """
            {"prompt": "A fox", "model": "kling-image", "klingImageParams": {"n": 2},
             "webhookUrl": "https://hooks.example.com/kling", "webhookEvents": ["completed", "failed"]}
            """;

    private final UUID vendorJob = UUID.randomUUID();

    @Autowired
    private Settlement settlement;

    @Test
    void whatWaitsIsCancelledAndItsCreditsComeBack() {
        vendorAnswers(accepted(vendorJob));
        holdQueueBack(Duration.ofHours(1));
        UUID id = generate(TOLD, "key-1").jobId();

        Answer cancelled = cancel(id);

        assertThat(cancelled.status()).isEqualTo(200);
        assertThat(cancelled.json().path("id").stringValue()).isEqualTo(id.toString());
        assertThat(cancelled.json().path("status").stringValue()).isEqualTo("CANCELLED");
        assertThat(cancelled.json().path("creditCost").longValue()).isZero();
        assertThat(cancelled.json().path("completedAt").isNull()).isFalse();
        assertThat(journal(id)).containsExactly("HOLD 4 0", "RELEASE -4 0");
        assertThat(balance()).containsExactly(0L, 0L);
        assertThat(queue()).containsExactly(0, 0);
        assertThat(webhooks(id))
                .singleElement()
                .asString()
                .startsWith("failed ")
                .contains("CANCELLED");
        assertThat(generate(TOLD, "key-1").jobId()).as("its key stays bound").isEqualTo(id);
        letQueueGo();
        UUID next = generate(OWL).jobId();
        awaitState(next, "QUEUED");
        assertThat(attempts(id)).isEmpty();
    }

    @Test
    void cancellingAgainAnswersAsBefore() {
        holdQueueBack(Duration.ofHours(1));
        UUID id = generate(TOLD).jobId();

        Answer first = cancel(id);
        Answer second = cancel(id);

        assertThat(second.status()).isEqualTo(200);
        assertThat(second.json()).isEqualTo(first.json());
        assertThat(journal(id)).containsExactly("HOLD 4 0", "RELEASE -4 0");
        assertThat(webhooks(id)).hasSize(1);
    }

    @Test
    void whatTheVendorHasRunsToItsEnd() {
        vendorAnswers(accepted(vendorJob));
        UUID id = generate(FOX).jobId();

        assertRefused(id);
        assertHeld(id);

        vendorShows(vendorJob, "\"status\":\"COMPLETED\",\"creditCost\":4");
        awaitState(id, "COMPLETED");
        assertRefused(id);
        assertThat(journal(id)).containsExactly("HOLD 4 0", "CAPTURE -4 4");
    }

    @Test
    void whatTheVendorMayHaveIsNotCancelled() {
        vendorAnswers(answer(500, "{}"));
        UUID id = generate(FOX).jobId();

        assertRefused(id);

        assertHeld(id);
        assertThat(state(id)).isEqualTo("SENDING");
    }

    @Test
    void whatTheVendorHasCertainlyNotIsCancelledBetweenTwoAttempts() {
        vendor.stop();
        UUID id = generate(FOX).jobId();

        await().atMost(SOON).until(() -> cancel(id).status() == 200);

        assertThat(state(id)).isEqualTo("CANCELLED");
        assertThat(journal(id)).containsExactly("HOLD 4 0", "RELEASE -4 0");
    }

    @Test
    void whatIsNotTheCallersIsNotFound() {
        holdQueueBack(Duration.ofHours(1));
        UUID id = generate(FOX).jobId();
        jdbc.sql("update generation set tenant_id = :other where id = :id")
                .param("other", UUID.randomUUID())
                .param("id", id)
                .update();

        Answer others = cancel(id);
        Answer nobodys = cancel(UUID.randomUUID());

        assertThat(others.status()).isEqualTo(404);
        assertThat(nobodys.status()).isEqualTo(404);
        assertThat(others.json().path("error")).isEqualTo(nobodys.json().path("error"));
        assertThat(state(id)).isEqualTo("WAITING");
        jdbc.sql("update generation set tenant_id = :mine where id = :id")
                .param("mine", tenant().id().value())
                .param("id", id)
                .update();
    }

    /** Either a dispatcher claims it or its tenant has its credits back. */
    @Test
    void aCancellationThatRacesADispatcherIsWonByOneOfThem() throws Exception {
        holdQueueBack(Duration.ofHours(1));
        List<UUID> ids = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            ids.add(generate(OWL).jobId());
        }
        List<UUID> claimed = new ArrayList<>();
        List<UUID> cancelled = Collections.synchronizedList(new ArrayList<>());
        List<UUID> shuffled = new ArrayList<>(ids);
        Collections.shuffle(shuffled, new Random(7));
        try (ExecutorService threads = Executors.newFixedThreadPool(9)) {
            CyclicBarrier start = new CyclicBarrier(9);
            List<Future<?>> working = new ArrayList<>();
            working.add(threads.submit(() -> {
                claimed.addAll(claim()); // one at least, however the race goes
                start.await();
                for (List<UUID> turn = claim(); !turn.isEmpty(); turn = claim()) {
                    claimed.addAll(turn);
                }
                return claimed;
            }));
            for (int thread = 0; thread < 8; thread++) {
                List<UUID> own = shuffled.subList(thread * 5, thread * 5 + 5);
                working.add(threads.submit(() -> {
                    start.await();
                    own.forEach(id -> {
                        if (settlement.cancel(tenant().id(), new GenerationId(id), Deadline.in(SOON))) {
                            cancelled.add(id);
                        }
                    });
                    return cancelled;
                }));
            }
            for (Future<?> work : working) {
                work.get();
            }
        }

        assertThat(claimed).isNotEmpty();
        assertThat(cancelled).isNotEmpty().doesNotContainAnyElementsOf(claimed);
        assertThat(claimed.size() + cancelled.size()).isEqualTo(40);
        assertThat(claimed).allSatisfy(id -> {
            assertThat(state(id)).isEqualTo("SENDING");
            assertThat(journal(id)).containsExactly("HOLD 2 0");
        });
        assertThat(cancelled).allSatisfy(id -> {
            assertThat(state(id)).isEqualTo("CANCELLED");
            assertThat(attempt(id)).isZero();
            assertThat(journal(id)).containsExactly("HOLD 2 0", "RELEASE -2 0");
        });
        assertThat(balance()).containsExactly(2L * claimed.size(), 0L);
    }

    /** As a dispatcher does that may run ahead of the rate. */
    private List<UUID> claim() {
        return jdbc.sql("""
                        select id from queue_next(:upstream, gen_random_uuid(), interval '1 microsecond', interval '2 hours',
                            interval '30 seconds', interval '1 hour', 1) where id is not null
                        """)
                .param("upstream", apiframe.upstream())
                .query((row, _) -> row.getObject(1, UUID.class))
                .list();
    }

    private void assertRefused(UUID id) {
        Answer answer = cancel(id);
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("already_sent");
    }

    private List<String> webhooks(UUID generation) {
        return jdbc.sql("select event, body from webhook_delivery where generation_id = :id")
                .param("id", generation)
                .query((row, _) ->
                        row.getString("event") + " " + new String(row.getBytes("body"), StandardCharsets.UTF_8))
                .list();
    }
}
