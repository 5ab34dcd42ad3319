package io.klinggateway.tracking;

import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.GatewayScenario;
import io.klinggateway.running.Answer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** What is open at the vendor is looked at until it ends, and handed to the operators if it does not. */
class OpenJobsTests extends GatewayScenario {

    private final UUID vendorJob = UUID.randomUUID();

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private ImageExpiryCheck expiry;

    @Test
    void progressIsShownAndNeverGoesBack() {
        vendorAnswers(accepted(vendorJob));
        vendorShows(vendorJob, "\"status\":\"PROCESSING\",\"progress\":60");
        UUID id = generate(FOX).jobId();
        awaitState(id, "PROCESSING");
        await().atMost(SOON).until(() -> job(id).json().path("progress").intValue() == 60);

        vendorShows(vendorJob, "\"status\":\"QUEUED\",\"progress\":10");
        awaitSweeps(2);

        assertThat(job(id).json().path("status").stringValue()).isEqualTo("PROCESSING");
        assertThat(job(id).json().path("progress").intValue()).isEqualTo(60);
        assertHeld(id);
    }

    @Test
    void aJobThatTheVendorHasNotKnownForTenMinutesIsReviewed() {
        double before = counter("kling.gateway.reviews");
        vendorAnswers(accepted(vendorJob));
        UUID id = generate(FOX).jobId();
        await().atMost(SOON).until(() -> row(id).get("missing_since") != null);
        moveTimeTo(Duration.ofMinutes(9));
        awaitReadsOf(id, 2);
        assertThat(state(id)).isEqualTo("QUEUED");

        moveTimeTo(Duration.ofMinutes(11));

        awaitState(id, "IN_REVIEW");
        assertInReview(id);
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
        awaitSweeps(2);
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
        assertInReview(id);
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

        expiry.pass();
        assertThat(readsOfIt()).isZero();

        moveTimeTo(Duration.ofHours(25));
        expiry.pass();
        assertThat(readsOfIt()).isOne();
        assertThat(job(id).json().path("expired").booleanValue()).isFalse();

        vendorShows(vendorJob, completed + "true");
        moveTimeTo(Duration.ofHours(50));
        expiry.pass();
        assertThat(job(id).json().path("expired").booleanValue()).isTrue();
        assertThat(row(id)).containsEntry("due_at", null).containsEntry("state", "COMPLETED");

        vendor.resetRequests();
        moveTimeTo(Duration.ofHours(100));
        expiry.pass();
        assertThat(readsOfIt()).isZero();
        assertThat(journal(id)).containsExactly("HOLD 4 0", "CAPTURE -4 4");
    }

    private void assertInReview(UUID id) {
        assertHeld(id);
        assertThat(row(id)).containsEntry("due_at", null);
        Answer job = job(id);
        assertThat(job.json().path("status").stringValue()).isEqualTo("PROCESSING");
        assertThat(job.json().path("error").isNull()).isTrue();
        assertThat(job.body()).doesNotContain(vendorJob.toString());
    }

    private void awaitSweeps(int times) {
        vendor.resetRequests();
        await().atMost(SOON)
                .until(() -> vendor.findAll(getRequestedFor(urlPathEqualTo("/v2/jobs")))
                                .size()
                        > times);
    }

    /** Single reads are rare for a job that has been open for long: each is made due. */
    private void awaitReadsOf(UUID id, int times) {
        vendor.resetRequests();
        await().atMost(SOON).until(() -> {
            jdbc.sql("update generation set due_at = gateway_now() where id = :id and due_at is not null")
                    .param("id", id)
                    .update();
            return readsOfIt() >= times;
        });
    }

    private int readsOfIt() {
        return vendor.findAll(getRequestedFor(urlEqualTo("/v2/jobs/" + vendorJob)))
                .size();
    }

    private double counter(String name) {
        Counter counter = meters.find(name).counter();
        return counter == null ? 0 : counter.count();
    }
}
