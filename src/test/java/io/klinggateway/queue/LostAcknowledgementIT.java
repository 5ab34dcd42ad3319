package io.klinggateway.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.GatewayScenario;
import io.klinggateway.running.Answer;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/**
 * The database is away between a generation's admission and its acknowledgement: the caller has its 202 all the same, and
 * nothing takes it back. The dispatcher looks only when it is told to, so that it does not know yet that the rate is used up.
 */
@Tag("slow")
@TestPropertySource(properties = "gateway.queue.idle-interval=1h")
class LostAcknowledgementIT extends GatewayScenario {

    private final UUID vendorJob = UUID.randomUUID();

    @BeforeEach
    void theAcknowledgementIsNotTaken() {
        jdbc.sql("""
                create function no_acknowledgement() returns trigger language plpgsql as $$
                begin
                    raise exception 'the database is away' using errcode = '08006';
                end $$
                """).update();
        jdbc.sql("""
                create trigger no_acknowledgement before update of acknowledged on generation
                    for each row when (new.acknowledged and old.state = 'WAITING' and new.state = 'WAITING') execute function no_acknowledgement()
                """).update();
    }

    @AfterEach
    void acknowledgementsAreTakenAgain() {
        jdbc.sql("drop function if exists no_acknowledgement() cascade").update();
    }

    @Test
    void itsJobRunsWhenItsTurnComes() {
        vendorAnswers(accepted(vendorJob));

        UUID id = unacknowledged();

        awaitState(id, "QUEUED");
        assertHeld(id);
        assertEveryRequestIsAnAttempt(id);
    }

    @Test
    void aRefusalEndsItFailedInSightOfItsTenant() {
        vendorAnswers(answer(400, "{\"error\":\"no foxes\"}"));

        UUID id = unacknowledged();

        awaitState(id, "FAILED");
        assertThat(row(id)).containsEntry("acknowledged", true).containsEntry("idempotency_key", "key-1");
        assertThat(job(id).json().path("status").stringValue()).isEqualTo("FAILED");
        assertThat(job(id).json().path("error").stringValue()).isEqualTo("no foxes");
        assertThat(see("/v2/jobs?search=" + id).json().path("jobs")).hasSize(1);
        assertThat(journal(id)).containsExactly("HOLD 4 0", "RELEASE -4 0");
    }

    @Test
    void aRefusedAccountDoesNotTakeItBack() {
        vendorAnswers(answer(402, "{}"));

        UUID id = unacknowledged();

        await().atMost(SOON).until(() -> state(id).equals("WAITING") && attempt(id) == 1);
        assertHeld(id);
        assertThat(attempts(id)).hasSize(1);
    }

    /** Its caller has the 202, and may read its job. */
    private UUID unacknowledged() {
        jdbc.sql("update upstream_rate set next_call_at = gateway_now() + interval '4 seconds'")
                .update();
        assertThat(dispatcher.isBusy()).isFalse();
        Answer answer = generate(FOX, "key-1");
        assertThat(answer.status()).isEqualTo(202);
        UUID id = answer.jobId();
        assertThat(row(id)).containsEntry("state", "WAITING").containsEntry("acknowledged", false);
        assertThat(job(id).json().path("status").stringValue()).isEqualTo("QUEUED");
        assertThat(answer.header("x-queue-starts-in")).matches("\\d+");
        return id;
    }
}
