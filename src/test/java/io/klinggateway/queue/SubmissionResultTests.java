package io.klinggateway.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.GatewayScenario;
import io.klinggateway.running.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Whose turn is now hears the vendor; who has to wait has its 202 at once, and nothing takes it back. */
class SubmissionResultTests extends GatewayScenario {

    private static final String TOLD = """
            {"prompt": "A fox", "model": "kling-image", "klingImageParams": {"n": 2},
             "webhookUrl": "https://hooks.example.com/kling", "webhookEvents": ["completed", "failed"]}
            """;

    private final UUID vendorJob = UUID.randomUUID();

    @Autowired
    private QueueForecast forecast;

    @Test
    void aCallerWhoseTurnIsNowHearsTheVendorsRefusal() {
        vendorAnswers(answer(400, "{\"error\":\"no foxes\"}"));

        Answer answer = generate(TOLD);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("error").stringValue()).isEqualTo("no foxes");
        assertWithdrawn(onlyGeneration());
        assertThat(webhooks(onlyGeneration())).isEmpty();
    }

    @Test
    void aCallerWhoseTurnIsNowIsToldOfNoQueue() {
        vendorAnswers(accepted(vendorJob));

        Answer answer = generate(FOX);

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("x-queue-ahead")).isEmpty();
        assertThat(answer.header("x-queue-starts-in")).isEmpty();
        assertThat(queue()).containsExactly(0, 1);
    }

    @Test
    void aCallerThatHasToWaitHearsAtOnceWhereItStands() {
        vendorAnswers(accepted(vendorJob));
        await().atMost(SOON).until(() -> forecast.overview().waiting() == 0); // of the tests before
        holdQueueBack(Duration.ofHours(1));

        Answer first = generate(FOX);
        long started = System.nanoTime();
        Answer second = generate(OWL);

        assertThat(Duration.ofNanos(System.nanoTime() - started))
                .as("nobody waits for a verdict")
                .isLessThan(Duration.ofSeconds(8));
        assertThat(first.status()).isEqualTo(202);
        assertThat(first.json().path("status").stringValue()).isEqualTo("QUEUED");
        assertThat(first.header("x-queue-ahead")).isEqualTo("0");
        assertThat(first.header("x-queue-starts-in")).matches("\\d+");
        assertThat(second.header("x-queue-ahead")).isEqualTo("1");
        assertThat(state(first.jobId())).isEqualTo("WAITING");
        assertThat(job(second.jobId()).header("x-queue-ahead")).isEqualTo("1");
        assertThat(queue()).containsExactly(2, 0);
        assertThat(attempts(first.jobId())).isEmpty();
    }

    @Test
    void aRefusalAfterThe202EndsTheJobFailedAndTellsItsTenant() {
        vendorAnswers(answer(400, "{\"error\":\"no foxes\"}"));

        UUID id = whileNothingIsSent(() -> {
            Answer answer = generate(TOLD, "key-1");
            assertThat(answer.status()).isEqualTo(202);
            assertHeld(answer.jobId());
            return answer.jobId();
        });

        awaitState(id, "FAILED");
        assertThat(journal(id)).containsExactly("HOLD 4 0", "RELEASE -4 0");
        assertThat(balance()).containsExactly(0L, 0L);
        assertThat(job(id).json().path("status").stringValue()).isEqualTo("FAILED");
        assertThat(job(id).json().path("error").stringValue()).isEqualTo("no foxes");
        assertThat(generate(TOLD, "key-1").jobId()).isEqualTo(id);
        assertThat(webhooks(id)).hasSize(1);
        assertThat(webhooks(id).getFirst()).startsWith("failed ").contains("no foxes", id.toString());
    }

    private List<String> webhooks(UUID generation) {
        return jdbc.sql("select event, body from webhook_delivery where generation_id = :id")
                .param("id", generation)
                .query((row, _) ->
                        row.getString("event") + " " + new String(row.getBytes("body"), StandardCharsets.UTF_8))
                .list();
    }
}
