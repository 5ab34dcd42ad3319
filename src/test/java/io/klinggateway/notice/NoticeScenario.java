package io.klinggateway.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.klinggateway.harness.Ports;
import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.running.Receiver;
import io.klinggateway.running.RunningGatewayTest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** A gateway with a mail server, and with two channels of its operators, of which the chat hears of teams' notices, too. */
@RunningGatewayTest(
        settings = {
            "gateway.admin.tokens.alice=" + NoticeScenario.TOKEN,
            "gateway.notices.mail-from=" + NoticeScenario.SENDER,
            "gateway.reconciliation.vendor-balance-floor=1000000000000",
            "gateway.webhooks.retry-pauses=1s,1s"
        })
abstract class NoticeScenario {

    static final String TOKEN = "token-of-alice-for-notices";
    static final String SENDER = "gateway@kling.example";
    static final String PAGER_SECRET = "a-secret-of-the-pager-alone";

    static final GreenMail MAIL = new GreenMail(smtp());
    static final Receiver PAGER = new Receiver();
    static final Receiver CHAT = new Receiver();

    static {
        MAIL.start();
    }

    private static ServerSetup smtp() {
        ServerSetup smtp = new ServerSetup(Ports.free(), "127.0.0.1", "smtp");
        smtp.setServerStartupTimeout(30_000);
        return smtp;
    }

    final Receiver receiver = new Receiver();

    @LocalServerPort
    int port;

    @Autowired
    JdbcClient jdbc;

    /** A team of the test's own, with a key. */
    String team = "";

    String key = "";
    String keyId = "";

    @DynamicPropertySource
    static void channels(DynamicPropertyRegistry properties) {
        properties.add("spring.mail.host", () -> "127.0.0.1");
        properties.add("spring.mail.port", () -> MAIL.getSmtp().getPort());
        properties.add("gateway.notices.operators[0].name", () -> "pager");
        properties.add("gateway.notices.operators[0].kind", () -> "WEBHOOK");
        properties.add("gateway.notices.operators[0].target", PAGER::url);
        properties.add("gateway.notices.operators[0].secret", () -> PAGER_SECRET);
        properties.add("gateway.notices.operators[1].name", () -> "chat");
        properties.add("gateway.notices.operators[1].kind", () -> "SLACK");
        properties.add("gateway.notices.operators[1].target", CHAT::url);
        properties.add("gateway.notices.operators[1].teams", () -> "true");
    }

    @BeforeEach
    void newTeam() {
        team = "t-" + UUID.randomUUID();
        operator("POST", "/tenants", """
                {"name": "%s", "budget": {"period": "MONTH", "limit": 1000, "timeZone": "UTC"}}
                """.formatted(team)).expect(201);
        Answer issued = operator("POST", "/tenants/" + team + "/keys", "{\"name\": \"ci\"}")
                .expect(201);
        key = issued.text("key");
        keyId = issued.text("id");
    }

    @AfterEach
    void closeReceiver() {
        receiver.close();
    }

    final Answer operator(String method, String path, String... body) {
        return new Client(port, null)
                .send(
                        method,
                        "/admin/v1" + path,
                        body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofString(body[0]),
                        "Authorization",
                        "Bearer " + TOKEN,
                        "Content-Type",
                        "application/json");
    }

    final Client client() {
        return new Client(port, key);
    }

    final Answer change(String patch) {
        return operator("PATCH", "/tenants/" + team + "/notices", patch);
    }

    final void addWebhook() {
        change("""
                {"channels": {"hook": {"kind": "WEBHOOK", "target": "%s", "keyId": "%s"}}}
                """.formatted(receiver.url(), keyId)).expect(200);
    }

    /** As operators see them, newest first. */
    final List<JsonNode> notices(String cause) {
        return operator("GET", "/notices?tenant=" + team)
                .expect(200)
                .json()
                .path("items")
                .valueStream()
                .filter(notice -> notice.path("cause").asString().equals(cause))
                .toList();
    }

    final JsonNode awaitNotice(String cause) {
        return await().atMost(Duration.ofSeconds(15))
                .until(() -> notices(cause), found -> !found.isEmpty())
                .getFirst();
    }

    /** Once all its deliveries have ended. */
    final JsonNode awaitEnded(String noticeId) {
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> operator("GET", "/notices?limit=1000")
                                .json()
                                .path("items")
                                .valueStream()
                                .filter(notice -> notice.path("id").asString().equals(noticeId))
                                .findFirst()
                                .orElseThrow(),
                        notice -> !notice.path("deliveries").isEmpty()
                                && notice.path("deliveries")
                                        .valueStream()
                                        .noneMatch(delivery -> delivery.path("status")
                                                .asString()
                                                .equals("pending")));
    }

    static List<JsonNode> messagesAt(Receiver receiver, String noticeId) {
        return receiver.all().stream()
                .map(Receiver.Received::json)
                .filter(message -> message.toString().contains(noticeId))
                .toList();
    }

    static void assertOnce(List<JsonNode> notices) {
        assertThat(notices).hasSize(1);
    }
}
