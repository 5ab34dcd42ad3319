package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.running.Receiver;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What operators do about a team's notices on its page. */
@ConsoleTest
@Timeout(60)
class NoticePagesTests {

    private static final String TEAM = "/console/operator/tenants/beta";
    private static final String FORMS = TEAM + "/notices";
    private static final Pattern AGAIN = Pattern.compile("/console/operator/deliveries/notices/[0-9a-f-]{36}/retry");

    private final Receiver receiver = new Receiver();

    @LocalServerPort
    private int port;

    private Session operator;

    @BeforeEach
    void signIn() {
        operator = Session.signedIn("http://localhost:" + port, ConsoleTest.TOKEN);
        operator.get(TEAM);
    }

    @AfterEach
    void close() {
        receiver.close();
    }

    @Test
    void aChannelIsAddedTestedAndRemoved() throws Exception {
        String secret = "B000-very-secret";
        assertDone(
                operator.post(
                        FORMS + "/channels",
                        Map.of("name", "chat", "kind", "SLACK", "target", receiver.url() + "/" + secret)),
                "channel");
        assertThat(operator.get(TEAM).body())
                .contains("Send a test", "localhost:")
                .doesNotContain(secret);

        assertDone(operator.post(FORMS + "/channels/chat/test", Map.of()), "test");

        assertThat(receiver.next().json().path("text").asString()).startsWith("A test for beta\nSent by alice");
        await().atMost(Duration.ofSeconds(15))
                .until(() -> operator.get(TEAM).body().contains(">Delivered</span>"));
        assertDone(operator.post(FORMS + "/channels/chat/remove", Map.of()), "no-channel");
        assertThat(operator.get(TEAM).body()).contains("No channels");
        assertThat(operator.post(FORMS + "/channels/chat/test", Map.of()).statusCode())
                .isEqualTo(404);
        assertThat(operator.get("/console/operator/audit?tenant=beta").body())
                .contains("notices.change", "notices.test")
                .doesNotContain(secret);
    }

    @Test
    void aNoticeThatWasGivenUpIsSentAgain() throws Exception {
        receiver.answers(410);
        operator.post(
                FORMS + "/channels",
                Map.of("name", "gone", "kind", "SLACK", "target", receiver.url() + "/B000-very-secret"));
        operator.post(FORMS + "/channels/gone/test", Map.of());
        await().atMost(Duration.ofSeconds(15))
                .until(() -> operator.get(TEAM).body().contains(">Send again</button>"));
        receiver.next();
        String page = operator.get("/console/operator/deliveries").body();
        assertThat(page).contains("A test for beta", "HTTP 410");
        Matcher form = AGAIN.matcher(page);
        assertThat(form.find()).isTrue();
        receiver.answers(204);

        assertDone(operator.post(form.group(), Map.of()), "sent");

        assertThat(receiver.next().json().path("text").asString()).startsWith("A test for beta\n");
        await().atMost(Duration.ofSeconds(15))
                .until(() -> operator.get("/console/operator/deliveries").body().contains("None."));
        assertThat(operator.post(form.group(), Map.of()).statusCode()).isEqualTo(404);
        assertThat(operator.get("/console/operator/audit?tenant=beta").body()).contains("notices.retry");
        operator.post(FORMS + "/channels/gone/remove", Map.of());
    }

    @Test
    void aChannelThatMayNotBeCalledIsRefusedWithTheReason() {
        HttpResponse<String> refused = operator.post(
                FORMS + "/channels", Map.of("name", "chat", "kind", "SLACK", "target", "http://169.254.169.254/"));

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("must not lead to a private").contains("open=\"open\"");
    }

    @Test
    void thresholdsAreChangedAndSetBack() {
        assertDone(operator.post(FORMS + "/thresholds", Map.of("thresholds", "90, 40")), "thresholds");
        assertThat(operator.get(TEAM).body()).contains("40, 90 %");
        assertThat(operator.post(FORMS + "/thresholds", Map.of("thresholds", "many"))
                        .statusCode())
                .isEqualTo(400);
        assertThat(operator.post(FORMS + "/thresholds", Map.of("thresholds", "101"))
                        .statusCode())
                .isEqualTo(400);
        assertDone(operator.post(FORMS + "/thresholds", Map.of("thresholds", "")), "thresholds");
        assertThat(operator.get(TEAM).body()).contains("50, 80, 100 %");
    }

    @Test
    void aTeamIsSilencedAndHeardAgain() {
        assertDone(operator.post(FORMS + "/silence", Map.of("silencedUntil", "2999-12-31")), "silenced");
        assertThat(operator.get(TEAM).body()).contains("Silenced until", "31 Dec 2999");
        assertDone(operator.post(FORMS + "/silence", Map.of("silencedUntil", "")), "heard");
        assertThat(operator.get(TEAM).body()).doesNotContain("Silenced until");
    }

    private static void assertDone(HttpResponse<String> answer, String done) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location").orElseThrow()).endsWith("?done=" + done);
    }
}
