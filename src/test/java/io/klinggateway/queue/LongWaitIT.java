package io.klinggateway.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.GatewayScenario;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the vendor cannot take in time ends; what it may have taken does not. */
@Tag("slow")
class LongWaitIT extends GatewayScenario {

    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private static final String TOLD = """
            {"prompt": "A fox", "model": "kling-image", "klingImageParams": {"n": 2},
             "webhookUrl": "https://hooks.example.com/kling", "webhookEvents": ["failed"]}
            """;

    @Test
    void whatWaitsForTooLongFailsAndItsCreditsComeBack() {
        holdQueueBack(Duration.ofHours(5));
        UUID id = generate(TOLD).jobId();
        moveTimeTo(LONGEST_WAIT.minusMinutes(1));
        UUID later = generate(OWL).jobId();
        moveTimeTo(LONGEST_WAIT.plusMinutes(1));

        awaitState(id, "FAILED");

        assertThat(journal(id)).containsExactly("HOLD 4 0", "RELEASE -4 0");
        assertThat(balance()).containsExactly(2L, 0L);
        assertThat(job(id).json().path("status").stringValue()).isEqualTo("FAILED");
        assertThat(job(id).json().path("error").stringValue()).contains("nothing was sent or charged");
        assertThat(attempts(id)).isEmpty();
        assertThat(state(later)).as("has waited for two minutes").isEqualTo("WAITING");
        assertThat(jdbc.sql("select event, body from webhook_delivery where generation_id = :id")
                        .param("id", id)
                        .query((row, _) ->
                                row.getString("event") + " " + new String(row.getBytes("body"), StandardCharsets.UTF_8))
                        .list())
                .singleElement()
                .asString()
                .startsWith("failed ");
    }

    @Test
    void whatMayHaveReachedTheVendorIsRepeatedHoweverLongItTakes() {
        vendorAnswers(answer(500, "{}"));
        UUID id = generate(FOX).jobId();
        await().atMost(SOON).until(() -> attempt(id) > 1);

        moveTimeTo(LONGEST_WAIT.plusMinutes(1));
        holdQueueBack(Duration.ofHours(5));
        UUID waits = generate(OWL).jobId();
        moveTimeTo(LONGEST_WAIT.multipliedBy(2).plusMinutes(2));
        awaitState(waits, "FAILED");

        assertThat(state(id)).isEqualTo("SENDING");
        assertHeld(id);
        letQueueGo();
        UUID vendorJob = UUID.randomUUID();
        vendorAnswers(accepted(vendorJob));
        awaitState(id, "QUEUED");
    }

    @Test
    void whatIsUnresolvedForTwentyThreeHoursIsReviewedAndNotSentAgain() {
        vendorAnswers(answer(500, "{}"));
        UUID id = generate(FOX).jobId();
        assertThat(state(id)).isEqualTo("SENDING");
        holdQueueBack(Duration.ofDays(2));
        await().atMost(SOON).until(() -> !Boolean.TRUE.equals(row(id).get("attempt_open")));
        int attempts = attempts(id).size();
        vendorAnswers(accepted(UUID.randomUUID()));
        moveTimeTo(Duration.ofHours(23).plusMinutes(1));

        letQueueGo();

        awaitState(id, "IN_REVIEW");
        assertHeld(id);
        assertThat(row(id)).containsEntry("due_at", null).containsEntry("attempt_open", false);
        assertThat(job(id).json().path("status").stringValue()).isEqualTo("QUEUED");
        assertThat(job(id).json().path("error").isNull()).isTrue();
        awaitState(generate(OWL).jobId(), "QUEUED");
        assertThat(attempts(id)).hasSize(attempts);
    }
}
