package io.klinggateway.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.klinggateway.Gateway;
import io.klinggateway.Gateway.Books;
import io.klinggateway.GatewayTest;
import io.klinggateway.ledger.PeriodKind;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

@GatewayTest
class ImagesApiTests {

    private static final String FOUR = """
            {"prompt": "%s", "model": "kling-image", "klingImageParams": {"n": 4, "aspect_ratio": "16:9"},
             "webhookUrl": "https://hooks.example.com/kling", "webhookEvents": ["completed"]}
            """;

    private final Gateway gateway;

    ImagesApiTests(Gateway gateway) {
        this.gateway = gateway;
    }

    @Test
    void anAcceptedRequestIsAnsweredWithItsJobAndItsPrice() {
        var client = gateway.newTenant(100);

        var answer = client.generate(FOUR.formatted("a fox"));

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.json().propertyNames()).containsExactly("jobId", "status");
        assertThat(UUID.fromString(answer.text("jobId")).version()).isEqualTo(7);
        assertThat(answer.text("status")).isEqualTo("QUEUED");
        assertThat(answer.header("Location")).isEqualTo("/v2/jobs/" + answer.text("jobId"));
        assertThat(answer.header("X-Request-Id")).isNotBlank();
        assertThat(answer.header("X-Credits-Cost")).isEqualTo("8");
        assertThat(answer.header("X-Credits-Remaining")).isEqualTo("92");
        assertThat(answer.headers().firstValue("Idempotent-Replayed")).isEmpty();
        assertThat(client.books()).isEqualTo(new Books(100, 8, 0, 92));
    }

    @ParameterizedTest
    @CsvSource({"'', 2", "'\"n\": 1', 2", "'\"n\": 2', 4", "'\"n\": 3', 6", "'\"n\": 4', 8"})
    void everyImageCostsTwoCredits(String params, long credits) {
        var client = gateway.newTenant(100);

        client.accepted("{\"prompt\": \"x\", \"model\": \"kling-image\", \"klingImageParams\": {" + params + "}}");

        assertThat(client.books().held()).isEqualTo(credits);
    }

    @Test
    void theVendorSeesTheRequestWithoutTheTenantsWebhook() {
        var client = gateway.newTenant(100);

        var id = client.accepted(FOUR.formatted("a fox"));

        var vendorJobs = await().atMost(Duration.ofSeconds(20)) // its 202 may come before its turn
                .until(() -> gateway.apiframe().vendor().jobsByIdempotencyKey(id.toString()), jobs -> !jobs.isEmpty());
        assertThat(vendorJobs).hasSize(1);
        assertThat(vendorJobs.getFirst().input()).isEqualTo(JsonMapper.shared().readTree("""
                {"prompt": "a fox", "model": "kling-image", "klingImageParams": {"n": 4, "aspect_ratio": "16:9"}}
                """));
    }

    @Test
    void aCompletedJobShowsItsImagesAndIsPaidFor() {
        var client = gateway.newTenant(100);
        var id = client.accepted(FOUR.formatted("a fox"));

        var open = client.job(id).json();
        gateway.finishVendorJobs();
        var done = client.awaitStatus(id, "COMPLETED").json();

        assertThat(open.propertyNames())
                .containsExactly(
                        "id",
                        "status",
                        "model",
                        "progress",
                        "result",
                        "error",
                        "creditCost",
                        "webhookStatus",
                        "createdAt",
                        "completedAt",
                        "input",
                        "expired");
        assertThat(open.get("status").stringValue()).isIn("QUEUED", "PROCESSING");
        assertThat(open.get("creditCost").longValue()).isEqualTo(8);
        assertThat(List.of(open.get("result"), open.get("error"), open.get("completedAt")))
                .allMatch(value -> value.isNull());
        assertThat(open.get("webhookStatus").stringValue()).isEqualTo("pending");
        assertThat(open.get("input")).isEqualTo(JsonMapper.shared().readTree(FOUR.formatted("a fox")));
        assertThat(done.get("id").stringValue()).isEqualTo(id.toString());
        assertThat(done.get("model").stringValue()).isEqualTo("kling-image");
        assertThat(done.get("progress").intValue()).isEqualTo(100);
        assertThat(done.get("result").get("images").size()).isEqualTo(4);
        assertThat(done.get("creditCost").longValue()).isEqualTo(8);
        assertThat(done.get("expired").booleanValue()).isFalse();
        assertThat(Instant.parse(done.get("createdAt").stringValue()))
                .isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES));
        assertThat(Instant.parse(done.get("completedAt").stringValue()))
                .isAfterOrEqualTo(Instant.parse(done.get("createdAt").stringValue()));
        assertThat(client.books()).isEqualTo(new Books(100, 0, 8, 92));
    }

    @ParameterizedTest
    @CsvSource({"[fail], FAILED", "[cancel], CANCELLED"})
    void aJobThatEndsBadlyGivesItsCreditsBack(String marker, String status) {
        var client = gateway.newTenant(100);
        var id = client.accepted(FOUR.formatted(marker));

        gateway.finishVendorJobs();

        var job = client.awaitStatus(id, status).json();
        assertThat(job.get("creditCost").longValue()).isZero();
        assertThat(job.get("result").isNull()).isTrue();
        assertThat(job.get("completedAt").isNull()).isFalse();
        assertThat(client.books()).isEqualTo(new Books(100, 0, 0, 100));
        assertThat(client.rows("journal_entry")).isEqualTo(2);
    }

    @Test
    void tooFewCreditsRefuseTheRequestAndLeaveNoTrace() {
        var client = gateway.newTenant(PeriodKind.MONTH, 10);
        client.accepted(FOUR.formatted("a fox"));
        var marker = "marker-" + UUID.randomUUID();

        var answer = client.generate(FOUR.formatted(marker));

        assertThat(answer.status()).isEqualTo(402);
        assertThat(answer.text("code")).isEqualTo("insufficient_credits");
        assertThat(answer.text("error")).isEqualTo("Insufficient credits");
        assertThat(answer.json().get("creditsRequired").longValue()).isEqualTo(8);
        assertThat(answer.json().get("creditsAvailable").longValue()).isEqualTo(2);
        assertThat(answer.text("resetsAt"))
                .isEqualTo(client.get("/v2/credits").text("resetsAt"))
                .isNotEmpty();
        assertThat(client.books()).isEqualTo(new Books(10, 8, 0, 2));
        assertThat(client.rows("generation")).isEqualTo(1);
        assertThat(client.rows("journal_entry")).isEqualTo(1);
        assertThat(gateway.sentWith(marker)).isZero();
    }

    @Test
    void aPrepaidBudgetHasNoTimeToWaitFor() {
        var client = gateway.newTenant(0);

        var answer = client.generate(Gateway.FOX);

        assertThat(answer.status()).isEqualTo(402);
        assertThat(answer.json().has("resetsAt")).isFalse();
        assertThat(client.rows("window_period")).isZero();
    }

    @Test
    void racingRequestsGetExactlyWhatTheBudgetHolds() {
        var client = gateway.newTenant(51);

        var answers = Gateway.race(64, () -> client.generate(Gateway.FOX));

        assertThat(answers.stream().filter(answer -> answer.status() == 202)).hasSize(25);
        assertThat(answers.stream().filter(answer -> answer.status() == 402)).hasSize(39);
        assertThat(client.books()).isEqualTo(new Books(51, 50, 0, 1));
        assertThat(client.rows("generation")).isEqualTo(25);
        assertThat(client.rows("journal_entry")).isEqualTo(25);
        assertThat(gateway.database()
                        .sql("select count(*) from ledger_difference")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void readingAJobCostsTheVendorNothing() {
        var client = gateway.newTenant(10);
        var id = client.accepted(Gateway.FOX);
        gateway.finishVendorJobs();
        client.awaitStatus(id, "COMPLETED");
        var vendorJob = gateway.apiframe()
                .vendor()
                .jobsByIdempotencyKey(id.toString())
                .getFirst()
                .id();
        var before = readsOf(vendorJob);

        for (int poll = 0; poll < 20; poll++) {
            assertThat(client.job(id).status()).isEqualTo(200);
        }

        assertThat(readsOf(vendorJob)).isEqualTo(before);
    }

    private long readsOf(UUID vendorJob) {
        return gateway.door().getAllServeEvents().stream()
                .filter(event -> event.getRequest().getUrl().equals("/v2/jobs/" + vendorJob))
                .count();
    }
}
