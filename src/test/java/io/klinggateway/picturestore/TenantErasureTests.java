package io.klinggateway.picturestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.running.FileForm;
import io.klinggateway.running.Receiver;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a team's jobs when an operator erases all that it has asked for and got. */
class TenantErasureTests extends PictureGateway {

    private static final String REASON = "{\"reason\": \"the project has ended\"}";

    private final Receiver receiver = new Receiver();
    private String team;
    private String address;
    private Client theirs;

    @BeforeEach
    void aTeam() {
        team = "e-" + UUID.randomUUID();
        address = "/admin/v1/tenants/" + team + "/erasure";
        operator(
                        "/admin/v1/tenants",
                        "{\"name\": \"" + team + "\", \"budget\": {\"period\": \"MONTH\", \"limit\": 100}}")
                .expect(201);
        theirs = new Client(
                port,
                operator("/admin/v1/tenants/" + team + "/keys", "{\"name\": \"ci\"}")
                        .expect(201)
                        .text("key"));
    }

    @AfterEach
    void close() {
        theVendorIsCalled("epoch");
        receiver.close();
    }

    /** @param pausedUntil until then none is sent */
    private void theVendorIsCalled(String pausedUntil) {
        jdbc.sql("update upstream_rate set paused_until = cast(:until as timestamptz)")
                .param("until", pausedUntil)
                .update();
    }

    private Answer progress() {
        return Client.send(new Client(port, null).request(address).header("Authorization", "Bearer " + TOKEN));
    }

    private boolean isFinished() {
        return !progress().expect(200).json().path("finishedAt").isNull();
    }

    private boolean hasRequest(String job) {
        return !theirs.get("/v2/jobs/" + job).expect(200).json().path("input").isNull();
    }

    private long count(String from) {
        return jdbc.sql("select count(*) from " + from
                        + " t join tenant on tenant.id = t.tenant_id where tenant.name = :team")
                .param("team", team)
                .query(Long.class)
                .single();
    }

    private String told() {
        return theirs.order("\"prompt\":\"a fox\",\"webhookUrl\":\"" + receiver.url() + "\"");
    }

    private String uploaded() {
        return Client.send(theirs.request("/v2/uploads")
                        .header("Content-Type", FileForm.CONTENT_TYPE)
                        .POST(BodyPublishers.ofByteArray(FileForm.of(FileForm.png(1000)))))
                .expect(201)
                .text("url");
    }

    private void update(String table, String change) {
        jdbc.sql("update " + table + " t set " + change
                        + " from tenant where tenant.id = t.tenant_id and tenant.name = :team")
                .param("team", team)
                .update();
    }

    /** Their webhooks have had the time to go out. */
    private void endedAWhileAgo() {
        update("generation", "completed_at = completed_at - interval '51 seconds'");
    }

    private int statusOfAnothersRequest(String image) {
        return client.post(
                        "/v2/images/generate",
                        "{\"model\": \"kling-image\", \"prompt\": \"a copy\", \"klingImageParams\": {\"image\": \""
                                + image + "\"}}")
                .status();
    }

    @Test
    void allGoesThatWasAskedForBeforeAndTheBooksStay() throws Exception {
        List<String> before = List.of(told(), told(), completed(theirs, 2));
        before.forEach(job -> theirs.await(job, "COMPLETED"));
        before.forEach(this::awaitStored);
        receiver.next();
        receiver.next();
        await().atMost(Duration.ofSeconds(20)).until(() -> count("webhook_delivery") == 2);
        await().atMost(Duration.ofSeconds(20)).until(() -> count("generation_prompt") == 3);
        String image = uploaded();
        String old = before.getLast();
        jdbc.sql("update generation set upstream_request = null where id = cast(:id as uuid)")
                .param("id", old)
                .update();
        String others = completed(client, 1);
        theVendorIsCalled("infinity");
        long journal = count("journal_entry");

        assertThat(progress().status()).isEqualTo(404);
        assertThat(operator(address, "{}").status()).isEqualTo(400);
        Answer asked = operator(address, REASON).expect(202);
        String open = ordered(theirs, 1);
        Answer again = operator(address, "{\"reason\": \"and this\"}").expect(202);
        String later = ordered(theirs, 1);

        assertThat(asked.header("Location")).isEqualTo(address);
        assertThat(asked.number("openJobs")).isZero();
        assertThat(again.text("id")).as("it is going on").isEqualTo(asked.text("id"));
        assertThat(again.text("until")).isGreaterThan(asked.text("until"));
        assertThat(again.number("openJobs")).as("it goes on to this moment").isEqualTo(1);
        endedAWhileAgo();
        await().atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> assertThat(progress().number("erasedJobs")).isEqualTo(3));
        assertThat(hasRequest(open)).as("it is still needed").isTrue();
        assertThat(count("webhook_delivery")).isZero();
        assertThat(progress().number("erasedUploads")).as("the vendor has it").isZero();
        assertThat(statusOfAnothersRequest(image)).isEqualTo(400);
        for (String job : before) {
            assertThat(hasRequest(job)).isFalse();
            assertThat(urls(theirs, job)).isEmpty();
            assertThat(theirs.get("/v2/jobs/" + job).number("creditCost")).isPositive();
        }
        assertThat(theirs.get("/v2/jobs/" + before.getFirst()).text("webhookStatus"))
                .isEqualTo("delivered");
        await().atMost(Duration.ofSeconds(30)).until(() -> count("picture") == 0);

        theVendorIsCalled("epoch");
        theirs.await(open, "COMPLETED");
        endedAWhileAgo();
        update("upload", "expires_at = gateway_now()");
        await().atMost(Duration.ofSeconds(40)).until(() -> !hasRequest(open));
        await().atMost(Duration.ofSeconds(40)).until(() -> count("upload") == 0);
        assertThat(progress().number("erasedUploads")).isEqualTo(1);
        assertThat(isFinished()).as("a job may be added late").isFalse();
        jdbc.sql("update tenant_erasure set until = until - interval '2 minutes' where id = cast(:id as uuid)")
                .param("id", asked.text("id"))
                .update();
        await().atMost(Duration.ofSeconds(40)).until(this::isFinished);

        theirs.await(later, "COMPLETED");
        assertThat(hasRequest(later)).isTrue();
        assertThat(client.get("/v2/jobs/" + others).json().path("input").isNull())
                .isFalse();
        assertThat(urls(client, others)).hasSize(1);
        assertThat(count("generation_prompt")).isLessThanOrEqualTo(1);
        assertThat(count("journal_entry")).isGreaterThan(journal);
        assertThat(jdbc.sql("select reason from audit_entry where action = 'tenant.erase' and tenant = :team")
                        .param("team", team)
                        .query(String.class)
                        .list())
                .containsExactlyInAnyOrder("the project has ended", "and this");
        assertThat(operator(address, REASON).expect(202).text("id"))
                .as("another")
                .isNotEqualTo(asked.text("id"));
    }

    @Test
    void aTeamThatIsNotThereHasNothingToErase() {
        operator("/admin/v1/tenants/nobody/erasure", REASON).expect(404);
    }
}
