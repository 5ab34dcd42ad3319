package io.klinggateway.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.klinggateway.notice.NoticeSettings.OperatorChannel;
import io.klinggateway.running.Client;
import io.klinggateway.running.Receiver;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

/** Where notices go: channels, their rules, their secrets, and what becomes of a delivery. */
@Timeout(90)
@ExtendWith(OutputCaptureExtension.class)
class NoticeDeliveryTests extends NoticeScenario {

    @Autowired
    private OperatorChannels operators;

    @Autowired
    private TargetRules rules;

    @Autowired
    private NoticeRepository repository;

    @Test
    void aTestReachesEveryChannelOfTheTeamAndNobodyElse() throws Exception {
        String address = team + "@example.com";
        change("""
                {"channels": {"hook": {"kind": "WEBHOOK", "target": "%1$s", "keyId": "%2$s"},
                              "chat": {"kind": "SLACK", "target": "%1$s"},
                              "mail": {"kind": "EMAIL", "target": "%3$s"}}}
                """.formatted(receiver.url(), keyId, address)).expect(200);

        String id = sendTest("{}");
        JsonNode notice = awaitEnded(id);

        assertThat(notice.path("deliveries")
                        .valueStream()
                        .map(delivery -> delivery.path("channel").asString() + " "
                                + delivery.path("status").asString()))
                .containsExactly("chat delivered", "hook delivered", "mail delivered");
        assertThat(messagesAt(receiver, id)).hasSize(2);
        assertThat(messagesAt(receiver, id))
                .filteredOn(message -> message.has("text"))
                .singleElement()
                .satisfies(chat -> {
                    assertThat(chat.propertyNames()).containsExactly("text");
                    assertThat(chat.path("text").asString())
                            .startsWith("A test for " + team + "\n")
                            .contains("alice", id);
                });
        assertThat(messagesAt(PAGER, id)).isEmpty();
        assertThat(messagesAt(CHAT, id)).isEmpty();
        MimeMessage letter = letterTo(address);
        assertThat(letter.getFrom()[0]).hasToString(SENDER);
        assertThat(letter.getSubject()).isEqualTo("[Kling Gateway] A test for " + team);
        assertThat(letter.getContent().toString()).contains("Sent by alice", id);
        assertThat(letter.getMessageID()).isEqualTo("<" + id + "@kling-gateway>");
        assertThat(letter.getHeader("Auto-Submitted")).containsExactly("auto-generated");
        JsonNode own =
                client().get("/v2/notices").expect(200).json().path("items").path(0);
        assertThat(own.path("id").asString()).isEqualTo(id);
        assertThat(own.path("deliveries")).hasSize(3);
    }

    @Test
    void operatorsTestTheirOwnChannels() {
        operator("POST", "/notices/test", "{\"channel\": \"nowhere\"}").expect(404);
        String id = operator("POST", "/notices/test", "{}").expect(202).text("noticeId");

        awaitEnded(id);

        assertThat(messagesAt(PAGER, id)).hasSize(1);
        assertThat(messagesAt(CHAT, id)).hasSize(1);
    }

    @Test
    void aChannelThatFailsIsTriedAgainAndAlwaysWithTheSameId() {
        addWebhook();
        receiver.answers(exchange -> exchange.sendResponseHeaders(receiver.all().size() == 1 ? 503 : 204, -1));
        String id = sendTest("{\"channel\": \"hook\"}");

        JsonNode delivery = awaitEnded(id).path("deliveries").path(0);

        assertThat(delivery.path("status").asString()).isEqualTo("delivered");
        assertThat(delivery.path("attempts").asInt()).isEqualTo(2);
        assertThat(receiver.all()).hasSize(2).allMatch(received -> received.id().equals(id));
        assertThat(receiver.all().getFirst().body())
                .isEqualTo(receiver.all().getLast().body());
    }

    @Test
    void oneThatFailsForGoodIsGivenUpAndCounted() {
        addWebhook();
        receiver.answers(500);
        String id = sendTest("{}");

        JsonNode delivery = awaitEnded(id).path("deliveries").path(0);

        assertThat(delivery.path("status").asString()).isEqualTo("failed");
        assertThat(delivery.path("attempts").asInt()).isEqualTo(3);
        assertThat(delivery.path("lastOutcome").asString()).isEqualTo("HTTP 500");
    }

    @Test
    void oneThatWasGivenUpIsSentAgainToTheChannelsThatLackIt() {
        change("""
                {"channels": {"hook": {"kind": "WEBHOOK", "target": "%1$s", "keyId": "%2$s"},
                              "mail": {"kind": "EMAIL", "target": "%3$s@example.com"}}}
                """.formatted(receiver.url(), keyId, team)).expect(200);
        receiver.answers(410);
        String id = sendTest("{}");
        assertThat(statuses(awaitEnded(id))).containsExactly("hook failed", "mail delivered");
        receiver.answers(204);

        operator("POST", "/notices/" + id + "/retry").expect(202);

        assertThat(statuses(awaitEnded(id))).containsExactly("hook delivered", "mail delivered");
        assertThat(messagesAt(receiver, id)).hasSize(2);
        assertThat(receiver.all().getFirst().body())
                .isEqualTo(receiver.all().getLast().body());
        assertThat(Arrays.stream(MAIL.getReceivedMessages()).filter(letter -> isTo(letter, team + "@example.com")))
                .hasSize(1);
        operator("POST", "/notices/" + id + "/retry").expect(404);
        operator("POST", "/notices/not-a-uuid/retry").expect(404);
        await().atMost(Duration.ofSeconds(20)) // for the transactions that began before its entry's
                .untilAsserted(() -> assertThat(
                                operator("GET", "/audit?tenant=" + team).body())
                        .containsOnlyOnce("notices.retry"));
    }

    /** Three attempts, and another series of three in the place of those that were left: two, unless this test is slow. */
    @Test
    void oneThatIsStillTriedBeginsItsAttemptsAnew() {
        addWebhook();
        receiver.answers(503);
        String id = sendTest("{}");
        await().atMost(Duration.ofSeconds(15))
                .until(() -> awaitNotice("TEST")
                                .path("deliveries")
                                .path(0)
                                .path("attempts")
                                .asInt()
                        > 0);

        operator("POST", "/notices/" + id + "/retry").expect(202);

        JsonNode delivery = awaitEnded(id).path("deliveries").path(0);
        assertThat(delivery.path("status").asString()).isEqualTo("failed");
        assertThat(receiver.all()).hasSizeBetween(4, 6);
    }

    /** Its callers fail once that is counted down, so that a change comes before their next attempt. */
    private static CountDownLatch failsOnceTold(Receiver receiver) {
        CountDownLatch changed = new CountDownLatch(1);
        receiver.answers(exchange -> {
            try {
                changed.await();
                exchange.sendResponseHeaders(500, -1);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
        return changed;
    }

    private static List<String> statuses(JsonNode notice) {
        return notice.path("deliveries")
                .valueStream()
                .map(delivery -> delivery.path("channel").asString() + " "
                        + delivery.path("status").asString())
                .toList();
    }

    @Test
    void whatIsOwedToAChannelGoesWhereItLeadsNow() {
        try (Receiver former = new Receiver()) {
            CountDownLatch changed = failsOnceTold(former);
            change("""
                    {"channels": {"hook": {"kind": "WEBHOOK", "target": "%s", "keyId": "%s"}}}
                    """.formatted(former.url(), keyId)).expect(200);
            String id = sendTest("{}");
            await().atMost(Duration.ofSeconds(15)).until(() -> !former.all().isEmpty());

            addWebhook();
            changed.countDown();

            assertThat(awaitEnded(id).path("deliveries").path(0).path("status").asString())
                    .isEqualTo("delivered");
            assertThat(messagesAt(receiver, id)).hasSize(1);
        }
    }

    @Test
    void whatIsOwedToAChannelThatIsGoneIsGivenUp() {
        addWebhook();
        CountDownLatch gone = failsOnceTold(receiver);
        String id = sendTest("{}");

        change("{\"channels\": {\"hook\": null}}").expect(200);
        gone.countDown();

        assertThat(awaitEnded(id).path("deliveries").path(0).path("lastOutcome").asString())
                .isEqualTo("the channel was removed");
    }

    @Test
    void aSilencedTeamsNoticesAreWrittenAndDeliveredToNobodyButATestIs() {
        addWebhook();
        change("{\"silencedUntil\": \"" + Instant.now().plusSeconds(3600) + "\"}")
                .expect(200);
        String quiet = raise();
        String test = sendTest("{}");
        awaitEnded(test);
        change("{\"silencedUntil\": null}").expect(200);
        String heard = raise();
        awaitEnded(heard);

        JsonNode silenced = client().get("/v2/notices").json().path("items").path(2);
        assertThat(silenced.path("id").asString()).isEqualTo(quiet);
        assertThat(silenced.path("silenced").asBoolean()).isTrue();
        assertThat(silenced.path("deliveries")).isEmpty();
        assertThat(messagesAt(receiver, quiet)).isEmpty();
        assertThat(messagesAt(CHAT, quiet)).isEmpty();
        assertThat(messagesAt(receiver, test)).hasSize(1);
        assertThat(messagesAt(receiver, heard)).hasSize(1);
        assertThat(messagesAt(CHAT, heard))
                .as("the operators' chat hears of teams, too")
                .hasSize(1);
        assertThat(messagesAt(PAGER, heard)).isEmpty();
    }

    @Test
    void theUrlOfAChatIsShownNowhere(CapturedOutput output) {
        String secret = "T000-B000-very-secret";
        String url = receiver.url() + "/" + secret;
        JsonNode shown = change("{\"channels\": {\"chat\": {\"kind\": \"SLACK\", \"target\": \"" + url + "\"}}}")
                .expect(200)
                .json();
        receiver.answers(500);
        awaitEnded(sendTest("{}"));

        String masked = shown.path("channels").path("chat").path("target").asString();
        assertThat(masked).matches("http://localhost:\\d+/… \\([0-9a-f]{8}\\)");
        for (String path : List.of(
                "/tenants/" + team + "/notices", "/notices?tenant=" + team, "/audit?limit=1000&tenant=" + team)) {
            assertThat(operator("GET", path).expect(200).body()).doesNotContain(secret);
        }
        assertThat(client().get("/v2/notices").body()).doesNotContain(secret);
        assertThat(jdbc.sql("select string_agg(a::text, '') from audit_entry a where tenant = :team")
                        .param("team", team)
                        .query(String.class)
                        .single())
                .contains("notices.change", masked)
                .doesNotContain(secret);
        assertThat(output.getAll()).doesNotContain(secret);
        assertThat(change("{\"channels\": {\"chat\": {\"target\": \"" + masked + "\"}}}")
                        .expect(400)
                        .body())
                .contains("channels.chat.target");
    }

    @Test
    void anotherUrlOfAChatIsOnRecordAsAnother() {
        change("{\"channels\": {\"chat\": {\"kind\": \"SLACK\", \"target\": \"" + receiver.url() + "/one\"}}}")
                .expect(200);
        change("{\"channels\": {\"chat\": {\"target\": \"" + receiver.url() + "/two\"}}}")
                .expect(200);
        change("{\"channels\": {\"chat\": {\"target\": \"" + receiver.url() + "/two\"}}}")
                .expect(200);

        await().atMost(Duration.ofSeconds(20)) // for the transactions that began before its entry's
                .untilAsserted(() -> assertThat(operator("GET", "/audit?tenant=" + team)
                                .json()
                                .path("items")
                                .valueStream()
                                .filter(entry -> entry.path("action").asString().equals("notices.change"))
                                .map(entry -> entry.path("after")
                                        .path("channels")
                                        .path("chat")
                                        .path("target")
                                        .asString()))
                        .hasSize(2)
                        .doesNotHaveDuplicates());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest",
                "https://10.0.0.1/hook",
                "http://hooks.example.com/plain",
                "https://user:secret@hooks.example.com/",
                "ftp://hooks.example.com/",
                "no url"
            })
    void receiversThatWebhooksMayNotHaveNoticesMayNotHaveEither(String url) {
        for (String channel : List.of(
                "{\"kind\": \"SLACK\", \"target\": \"" + url + "\"}",
                "{\"kind\": \"WEBHOOK\", \"target\": \"" + url + "\", \"keyId\": \"" + keyId + "\"}")) {
            assertThat(change("{\"channels\": {\"bad\": " + channel + "}}")
                            .expect(400)
                            .json()
                            .path("details")
                            .propertyNames())
                    .containsExactly("channels.bad.target");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ops@example.com\\r\\nBcc: thief@example.com",
                "ops@example.com\\nSubject: other",
                "ops@example.com, thief@example.com",
                "ops@example.com;thief@example.com",
                "\\\"ops\\\" <ops@example.com>",
                "ops@exa mple.com",
                "ops",
                "@example.com",
                "ops@-example.com",
                "öps@example.com"
            })
    void whatIsNotOnePlainAddressIsRefused(String address) {
        change("{\"channels\": {\"mail\": {\"kind\": \"EMAIL\", \"target\": \"" + address + "\"}}}")
                .expect(400);
        assertThat(operator("GET", "/tenants/" + team + "/notices").json().path("channels"))
                .isEmpty();
    }

    @Test
    void aWebhookNeedsAKeyOfItsOwnTeamAndOthersHaveNone() {
        String others = operator("GET", "/tenants/alpha/keys")
                .json()
                .path("items")
                .path(0)
                .path("id")
                .asString();
        for (String channel : List.of(
                "{\"kind\": \"WEBHOOK\", \"target\": \"" + receiver.url() + "\"}",
                "{\"kind\": \"WEBHOOK\", \"target\": \"" + receiver.url() + "\", \"keyId\": \"" + others + "\"}",
                "{\"kind\": \"SLACK\", \"target\": \"" + receiver.url() + "\", \"keyId\": \"" + keyId + "\"}")) {
            assertThat(change("{\"channels\": {\"bad\": " + channel + "}}")
                            .expect(400)
                            .json()
                            .path("details")
                            .propertyNames())
                    .containsExactly("channels.bad.keyId");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"thresholds\": [0]} | thresholds[0]",
                "{\"thresholds\": [50, 101]} | thresholds[1]",
                "{\"thresholds\": [1,2,3,4,5,6,7,8,9,10,11]} | thresholds",
                "{\"thresholds\": \"50\"} | thresholds",
                "{\"channels\": {\"Bad Name\": {\"kind\": \"EMAIL\", \"target\": \"a@example.com\"}}} | channels",
                "{\"channels\": {\"a\": {\"kind\": \"FAX\", \"target\": \"1\"}}} | channels.a.kind",
                "{\"colour\": 1} | colour"
            })
    void whatDoesNotFitIsNamed(String patch, String path) {
        assertThat(String.join(
                        " ", change(patch).expect(400).json().path("details").propertyNames()))
                .startsWith(path);
    }

    @Test
    void aMergePatchChangesOnlyWhatItNames() {
        addWebhook();
        JsonNode first = change("{\"thresholds\": [90, 30, 90]}").expect(200).json();
        JsonNode second = change("{\"channels\": {\"mail\": {\"kind\": \"EMAIL\", \"target\": \"a@example.com\"}}}")
                .expect(200)
                .json();
        JsonNode third = change("{\"thresholds\": null, \"channels\": {\"hook\": null}}")
                .expect(200)
                .json();

        assertThat(first.path("thresholds")).hasToString("[30,90]");
        assertThat(first.path("channels").propertyNames()).containsExactly("hook");
        assertThat(second.path("thresholds")).hasToString("[30,90]");
        assertThat(second.path("channels").propertyNames()).containsExactly("hook", "mail");
        assertThat(third.path("thresholds")).hasToString("[50,80,100]");
        assertThat(third.path("channels").propertyNames()).containsExactly("mail");
        assertThat(new Client(port, key).get("/v2/notices?limit=101").status()).isEqualTo(400);
    }

    @Test
    void noticesArePagedNewestFirstAndTeamsSeeTheirOwn() {
        List<String> raised = List.of(raise(), raise(), raise());

        JsonNode first = client().get("/v2/notices?limit=2").expect(200).json();
        JsonNode second = client().get(
                        "/v2/notices?limit=2&cursor=" + first.path("nextCursor").asString())
                .json();

        assertThat(first.path("items")
                        .valueStream()
                        .map(notice -> notice.path("id").asString()))
                .containsExactly(raised.get(2), raised.get(1));
        assertThat(second.path("items")
                        .valueStream()
                        .map(notice -> notice.path("id").asString()))
                .containsExactly(raised.getFirst());
        assertThat(second.has("nextCursor")).isFalse();
        String stranger = io.klinggateway.running.RunningGateway.OTHER_KEY;
        assertThat(new Client(port, stranger).get("/v2/notices").body()).doesNotContain(raised.getFirst());
    }

    @Test
    void anOperatorsChannelThatNoRunningReplicaHasGetsNothing() {
        jdbc.sql("update notice_operator_channel set seen_at = now() - interval '11 minutes' where name = 'pager'")
                .update();
        try {
            assertThat(operatorsChannels()).containsExactly("chat");
        } finally {
            boolean _ = operators.pass();
        }
        assertThat(operatorsChannels()).containsExactlyInAnyOrder("chat", "pager");
    }

    private List<String> operatorsChannels() {
        return jdbc.sql("select name from notice_channels(null, 'JOB_IN_REVIEW')")
                .query((row, _) -> row.getString(1))
                .list();
    }

    @Test
    void aSettingThatDoesNotFitStopsTheStartAndIsNotRepeated() {
        Map.of(
                        new OperatorChannel("pager", ChannelKind.WEBHOOK, "http://10.0.0.1/secret", "s", false),
                        "the target of \"pager\" must not lead to",
                        new OperatorChannel("pager", ChannelKind.WEBHOOK, receiver.url(), null, false),
                        "the secret of \"pager\" is what signs a WEBHOOK",
                        new OperatorChannel("mail", ChannelKind.EMAIL, "secret, other@example.com", null, false),
                        "the target of \"mail\" must be one e-mail address")
                .forEach((channel, reason) -> assertThatThrownBy(() -> new OperatorChannels(
                                new NoticeSettings(List.of(channel), null, Duration.ofDays(90)), rules, repository))
                        .hasMessageStartingWith("gateway.notices.operators: " + reason)
                        .hasMessageNotContaining("secret,")
                        .hasMessageNotContaining("/secret"));
    }

    private String sendTest(String body) {
        return operator("POST", "/tenants/" + team + "/notices/test", body)
                .expect(202)
                .text("noticeId");
    }

    /** A notice of the team's. */
    private String raise() {
        return jdbc.sql("""
                        select notice_raise('WEBHOOK_GIVEN_UP', t.id, gen_random_uuid()::text, '', 0,
                                            '{"jobId": "j", "event": "completed", "attempts": 3, "outcome": "HTTP 500"}')
                          from tenant t where t.name = :team
                        """).param("team", team).query(String.class).single();
    }

    private static MimeMessage letterTo(String address) {
        return await().atMost(Duration.ofSeconds(15))
                .until(
                        () -> Arrays.stream(MAIL.getReceivedMessages())
                                .filter(message -> isTo(message, address))
                                .findFirst()
                                .orElse(null),
                        letter -> letter != null);
    }

    private static boolean isTo(MimeMessage message, String address) {
        try {
            return message.getAllRecipients()[0].toString().equals(address);
        } catch (jakarta.mail.MessagingException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }
}
