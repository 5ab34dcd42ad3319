package io.klinggateway.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.generation.Generations;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.running.Receiver.Received;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.simulator.Sha256;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;

/** What raises a notice, how often, and who hears of it. */
@Timeout(90)
class NoticeCausesTests extends NoticeScenario {

    private static final String RAISE = "select notice_raise('TEST', null, :subject, '', 0, '{\"actor\":\"a test\"}')";

    @Autowired
    private NoticeRepository repository;

    @Autowired
    private Generations generations;

    @Autowired
    private TransactionOperations transactions;

    @Test
    void aKeyThatExpiresIsToldOnceInEachOfItsDays() {
        expiresIn(Duration.ofDays(15));
        raiseExpiring();
        assertThat(notices("KEY_EXPIRES")).isEmpty();

        for (Duration left : List.of(
                Duration.ofDays(13),
                Duration.ofDays(4),
                Duration.ofDays(2),
                Duration.ofHours(20),
                Duration.ofHours(1))) {
            // As time passes: the expiry stays, and with it the period of its notices.
            jdbc.sql("update notice set period = 'moved' where subject = :key")
                    .param("key", keyId)
                    .update();
            expiresIn(left);
            jdbc.sql("""
                            update notice set period = (select extract(epoch from expires_at)::text from api_key where id = :id)
                             where subject = :key
                            """)
                    .param("id", UUID.fromString(keyId))
                    .param("key", keyId)
                    .update();
            raiseExpiring();
            raiseExpiring();
        }

        assertThat(notices("KEY_EXPIRES"))
                .extracting(notice -> notice.path("facts").path("days").asInt())
                .containsExactly(1, 3, 14);
        assertThat(notices("KEY_EXPIRES").getFirst().path("title").asString())
                .isEqualTo("The key ci of " + team + " expires within 1 day");
    }

    @Test
    void anotherExpiryIsToldAnew() {
        expiresIn(Duration.ofDays(2));
        raiseExpiring();
        expiresIn(Duration.ofHours(60));
        raiseExpiring();

        assertThat(notices("KEY_EXPIRES"))
                .extracting(notice -> notice.path("facts").path("days").asInt())
                .containsExactly(3, 3);
    }

    @Test
    void aKeyThatWasMadeForADayAndOneThatWasReplacedOrRevokedAreNotToldOf() {
        jdbc.sql("update api_key set created_at = now(), expires_at = now() + interval '20 hours' where id = :id")
                .param("id", UUID.fromString(keyId))
                .update();
        raiseExpiring();
        expiresIn(Duration.ofDays(2));
        operator("POST", "/tenants/" + team + "/keys/" + keyId + "/rotation", "{\"graceSeconds\": 3600}")
                .expect(201);
        jdbc.sql(
                        "update api_key set revoked_at = now() where tenant_id = (select id from tenant where name = :team) and replaced_by is null")
                .param("team", team)
                .update();
        raiseExpiring();

        assertThat(notices("KEY_EXPIRES")).isEmpty();
    }

    @Test
    void aWebhookThatIsGivenUpIsToldToTheTeamByAnotherWay() throws Exception {
        addWebhook();
        receiver.answers(exchange -> exchange.sendResponseHeaders(
                exchange.getRequestHeaders().getFirst("X-Webhook-Event").equals("notice") ? 204 : 410, -1));
        String job = client().order("\"prompt\":\"a fox\",\"webhookUrl\":\"" + receiver.url() + "\"");

        JsonNode notice = awaitNotice("WEBHOOK_GIVEN_UP");
        awaitEnded(notice.path("id").asString());

        assertThat(notice.path("facts").path("jobId").asString()).isEqualTo(job);
        assertThat(notice.path("facts").path("outcome").asString()).isEqualTo("HTTP 410");
        Received told = receiver.all().stream()
                .filter(received -> received.event().equals("notice"))
                .findFirst()
                .orElseThrow();
        assertThat(told.id()).isEqualTo(notice.path("id").asString());
        assertThat(told.json().path("team").asString()).isEqualTo(team);
        assertThat(told.signature())
                .isEqualTo("sha256=" + HexFormat.of().formatHex(Sha256.hmac(Sha256.of(key), told.body())));
        assertThat(told.json().toString()).doesNotContain(receiver.url());

        operator("POST", "/webhook-deliveries/" + job + "/retry").expect(202);
        await().atMost(Duration.ofSeconds(15))
                .until(() -> notices("WEBHOOK_GIVEN_UP").size() == 2);
    }

    @Test
    void aJobInReviewIsTheOperatorsAndSignedWithTheirSecret() throws Exception {
        addWebhook();
        String job = client().order("\"prompt\":\"a fox\"");
        generations.review(new GenerationId(UUID.fromString(job)), "a test");

        JsonNode notice = awaitEnded(awaitNotice("JOB_IN_REVIEW").path("id").asString());

        assertThat(notice.path("deliveries")
                        .valueStream()
                        .map(delivery -> delivery.path("channel").asString()))
                .containsExactly("chat", "pager");
        assertThat(messagesAt(receiver, notice.path("id").asString())).isEmpty();
        assertThat(client().get("/v2/notices").expect(200).json().path("items")).isEmpty();
        Received page = PAGER.all().stream()
                .filter(received -> received.id().equals(notice.path("id").asString()))
                .findFirst()
                .orElseThrow();
        assertThat(page.json().path("facts").path("jobId").asString()).isEqualTo(job);
        assertThat(page.signature())
                .isEqualTo("sha256=" + HexFormat.of().formatHex(Sha256.hmac(Sha256.of(PAGER_SECRET), page.body())));

        operator("POST", "/generations/" + job + "/resolution", "{\"outcome\": \"RELEASE\", \"reason\": \"a test\"}")
                .expect(200);
    }

    /** The vendor's real answer, which a loop reads at its start. */
    @Test
    void aBalanceBelowTheFloorIsToldOnceUntilItHasBeenAbove() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> aboutTheVendor("VENDOR_BALANCE_LOW").size() == 1);
        balance(5);
        balance(4);
        assertThat(aboutTheVendor("VENDOR_BALANCE_LOW")).hasSize(1);
        balance(1_000_000_000_000L);
        balance(3);

        assertThat(aboutTheVendor("VENDOR_BALANCE_LOW")).hasSize(2);
        assertThat(aboutTheVendor("VENDOR_BALANCE_LOW")
                        .getFirst()
                        .path("message")
                        .asString())
                .startsWith("3 credits are left");
    }

    @Test
    void aRefusalOfTheAccountIsToldOnceUntilItIsAccepted() {
        refuseAccount();
        refuseAccount();
        assertThat(aboutTheVendor("VENDOR_ACCOUNT_REFUSED")).hasSize(1);
        acceptAccount();
        refuseAccount();
        acceptAccount();

        assertThat(aboutTheVendor("VENDOR_ACCOUNT_REFUSED")).hasSize(2);
    }

    @Test
    void manyThatRaiseTheSameAtOnceRaiseOne() throws Exception {
        String subject = UUID.randomUUID().toString();
        List<Future<Boolean>> raised = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 40; i++) {
                raised.add(threads.submit(() -> raise(subject)));
            }
        }

        int ids = 0;
        for (Future<Boolean> one : raised) {
            ids += one.get() ? 1 : 0;
        }
        assertThat(ids).isEqualTo(1);
        assertThat(noticesOf(subject)).isEqualTo(1);
    }

    @Test
    void whatIsRolledBackWasNeverRaised() {
        String subject = UUID.randomUUID().toString();
        transactions.executeWithoutResult(status -> {
            assertThat(raise(subject)).isTrue();
            assertThat(tasksOf(subject)).isGreaterThanOrEqualTo(2);
            status.setRollbackOnly();
        });

        assertThat(noticesOf(subject)).isZero();
    }

    @Test
    void anOldNoticeIsForgottenUnlessItStillSaysThatItWasRaised() {
        String over = UUID.randomUUID().toString();
        String holds = UUID.randomUUID().toString();
        for (String subject : List.of(over, holds)) {
            assertThat(raise(subject)).isTrue();
        }
        jdbc.sql("update notice set created_at = now() - interval '91 days' where subject in (:both)")
                .param("both", List.of(over, holds))
                .update();
        jdbc.sql("update notice set holds_until = 'infinity' where subject = :holds")
                .param("holds", holds)
                .update();

        int _ = repository.forget(Duration.ofDays(90), 500);

        assertThat(noticesOf(over)).isZero();
        assertThat(noticesOf(holds)).isEqualTo(1);
    }

    /** @return whether it did not stand already */
    private boolean raise(String subject) {
        return jdbc.sql(RAISE)
                .param("subject", subject)
                .query((row, _) -> row.getString(1) != null)
                .single();
    }

    private void raiseExpiring() {
        long _ = repository.raiseExpiringKeys();
    }

    private void expiresIn(Duration left) {
        jdbc.sql("""
                        update api_key set created_at = now() - interval '1 year', expires_at = now() + make_interval(secs => :left)
                         where id = :id
                        """)
                .param("id", UUID.fromString(keyId))
                .param("left", left.toSeconds())
                .update();
    }

    private void balance(long credits) {
        jdbc.sql("update upstream_account set balance_credits = :credits where upstream = :upstream")
                .param("credits", credits)
                .param("upstream", RunningGateway.vendor().baseUrl())
                .update();
    }

    private void refuseAccount() {
        jdbc.sql("select account_refused(:upstream, interval '1 second')")
                .param("upstream", RunningGateway.vendor().baseUrl())
                .query((_, _) -> "")
                .list();
    }

    private void acceptAccount() {
        jdbc.sql("update upstream_rate set account_refused = false where upstream = :upstream and account_refused")
                .param("upstream", RunningGateway.vendor().baseUrl())
                .update();
    }

    private List<JsonNode> aboutTheVendor(String cause) {
        return operator("GET", "/notices?limit=1000")
                .expect(200)
                .json()
                .path("items")
                .valueStream()
                .filter(notice -> notice.path("cause").asString().equals(cause))
                .toList();
    }

    private long noticesOf(String subject) {
        return jdbc.sql("select count(*) from notice where subject = :subject")
                .param("subject", subject)
                .query(Long.class)
                .single();
    }

    private long tasksOf(String subject) {
        return jdbc.sql("""
                        select count(*) from scheduled_tasks t
                          join notice_delivery d on d.id::text = t.task_instance
                          join notice n on n.id = d.notice_id
                         where t.task_name = 'notice-delivery' and n.subject = :subject
                        """).param("subject", subject).query(Long.class).single();
    }
}
