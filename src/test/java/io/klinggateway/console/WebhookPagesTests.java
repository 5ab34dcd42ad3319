package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.running.Client;
import io.klinggateway.running.Receiver;
import io.klinggateway.running.Receiver.Received;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.json.JsonMapper;

/** What teams and operators see of webhooks, and do about them. */
@ConsoleTest
@Timeout(90)
class WebhookPagesTests {

    private static final String PAGE = "/console/team/webhooks";
    private static final String DELIVERIES = "/console/operator/deliveries";

    private final Receiver receiver = new Receiver();

    @LocalServerPort
    private int port;

    @Autowired
    private Tenants tenants;

    private Tenant tenant;
    private String key;
    private Session team;

    @BeforeEach
    void aTeamSignsIn() {
        tenant = tenants.register(
                "w-" + UUID.randomUUID(),
                new Budget(ZoneId.of("UTC"), List.of(new BudgetWindow(PeriodKind.TOTAL, 1, new Credits(100), null))));
        key = "kg_" + UUID.randomUUID() + UUID.randomUUID();
        tenants.registerKey(tenant, "ci", Sha256.hex(key));
        team = Session.signedIn(url(), key);
    }

    @AfterEach
    void close() {
        receiver.close();
    }

    @Test
    void aTeamSeesEachAttemptAndSendsAgain() throws Exception {
        receiver.answers(500);
        String job = order();
        String id = receiver.next().id();

        await().atMost(Duration.ofSeconds(15)).until(() -> page("").contains("badge retrying"));
        assertThat(page(""))
                .contains("1 attempt", "<b>HTTP 500</b>", "The next is due", receiver.url(), job)
                .doesNotContain("badge pending");
        assertThat(page("?state=delivered")).contains("No such webhooks").doesNotContain(job);
        assertThat(page("?state=retrying")).contains(job);

        receiver.answers(204);
        again(job);
        assertThat(receiver.next().id()).isEqualTo(id);
        await().atMost(Duration.ofSeconds(15)).until(() -> page("").contains("badge delivered"));
        assertThat(page("")).contains("The latest 2 attempts", "<b>HTTP 500</b>", "<b>HTTP 204</b>");

        again(job);
        assertThat(receiver.next().id()).isEqualTo(id);
        await().atMost(Duration.ofSeconds(15)).until(() -> page("").contains("The latest 3 attempts"));
        assertThat(Session.signedIn(url(), ConsoleTest.TOKEN)
                        .get("/console/operator/audit?tenant=" + tenant.name())
                        .body())
                .contains("webhook.retry", tenant.name() + "/ci", job);
    }

    @Test
    void operatorsFindWhatFailsByTeamAndRetryAllOfIt() throws Exception {
        receiver.answers(410);
        List<String> jobs = List.of(order(), order());
        receiver.next();
        receiver.next();
        Session operator = Session.signedIn(url(), ConsoleTest.TOKEN);
        String address = "?team=" + tenant.name() + "&state=given-up";
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(
                        () -> assertThat(operator.get(DELIVERIES + address).body())
                                .contains(jobs)
                                .contains("badge failed", "No further attempt follows"));
        assertThat(operator.get(DELIVERIES + "?state=retrying&team=" + tenant.name())
                        .body())
                .contains("No such webhooks");
        assertThat(operator.get(DELIVERIES + "?team=no-such-team").body()).contains("There is no team");
        assertThat(operator.get(DELIVERIES + "/retry-all" + address).body())
                .contains("2 webhooks of the team " + tenant.name() + " are sent again");
        receiver.answers(204);

        HttpResponse<String> retried = operator.post(DELIVERIES + "/retry-all" + address, Map.of());

        assertThat(retried.headers().firstValue("Location").orElseThrow()).endsWith("?done=all&webhooks=2");
        assertThat(List.of(receiver.next().id(), receiver.next().id()))
                .containsExactlyInAnyOrderElementsOf(
                        jobs.stream().map(job -> job + "-completed").toList());
        assertThat(operator.get("/console/operator/audit?tenant=" + tenant.name())
                        .body())
                .contains("webhook.retry-all");
        await().atMost(Duration.ofSeconds(15))
                .until(() -> operator.get(DELIVERIES + "?state=delivered&team=" + tenant.name())
                        .body()
                        .contains(jobs.getFirst()));
    }

    @Test
    void aTestSaysWhatCameOfIt() throws Exception {
        HttpResponse<String> arrived = test(receiver.url());
        Received received = receiver.next();
        assertThat(arrived.body())
                .contains("The receiver took it", "HTTP 200", received.id())
                .contains("No webhooks yet");
        assertThat(received.event()).isEqualTo("test");
        assertThat(received.json().path("event").asString()).isEqualTo("test");
        assertThat(received.json().path("status").asString()).isEqualTo("COMPLETED");

        receiver.answers(302);
        assertThat(test(receiver.url()).body()).contains("It did not arrive", "HTTP 302");

        HttpResponse<String> refused = test("http://169.254.169.254/latest");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("must not lead to a private", "value=\"http://169.254.169.254/latest\"");
        assertThat(test("").body()).contains("is required");
    }

    @ParameterizedTest
    @ValueSource(strings = {"JavaScript", "Python"})
    void theRecipeTellsAGenuineMessageFromAnother(String language) throws Exception {
        List<String> command =
                language.equals("Python") ? List.of("python3", "-c") : List.of("node", "--input-type=module", "-e");
        assumeTrue(works(command.getFirst()), command.getFirst() + " is not here");
        String code = SignatureCode.SAMPLES.stream()
                .filter(sample -> sample.language().equals(language))
                .findFirst()
                .orElseThrow()
                .code();
        test(receiver.url());
        Received received = receiver.next();
        String body = new String(received.body(), StandardCharsets.UTF_8);

        assertThat(run(command, code + call(language), received, body)).isEqualToIgnoringCase("true");
        assertThat(run(command, code + call(language), received, body + " ")).isEqualToIgnoringCase("false");
    }

    @Test
    void otherTeamsWebhooksAreNotThere() throws Exception {
        String job = order();
        receiver.next();
        Session other = Session.signedIn(url(), io.klinggateway.running.RunningGateway.OTHER_KEY);

        assertThat(other.get(PAGE).body()).doesNotContain(job);
        assertThat(other.post(PAGE + "/" + job + "/again", Map.of()).statusCode())
                .isEqualTo(404);
        assertThat(other.get(DELIVERIES).statusCode()).isEqualTo(403);
        assertThat(receiver.all()).hasSize(1);
    }

    private String url() {
        return "http://localhost:" + port;
    }

    private String order() {
        return new Client(port, key).order("\"prompt\":\"a letter\",\"webhookUrl\":\"" + receiver.url() + "\"");
    }

    private String page(String query) {
        return team.get(PAGE + query).body();
    }

    private void again(String job) {
        assertThat(team.post(PAGE + "/" + job + "/again", Map.of())
                        .headers()
                        .firstValue("Location")
                        .orElseThrow())
                .endsWith("?done=sent");
    }

    private HttpResponse<String> test(String receiverUrl) {
        team.get(PAGE);
        return team.post(PAGE + "/test", Map.of("url", receiverUrl));
    }

    private static String call(String language) {
        return language.equals("Python")
                ? "\nimport json\nprint(is_genuine(os.environ['BODY'].encode(), json.loads(os.environ['HEADERS'])))"
                : "\nconsole.log(isGenuine(Buffer.from(process.env.BODY), JSON.parse(process.env.HEADERS)));";
    }

    private String run(List<String> command, String code, Received received, String body) throws Exception {
        List<String> whole = new ArrayList<>(command);
        whole.add(code);
        ProcessBuilder builder = new ProcessBuilder(whole).redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of(
                        "KLING_GATEWAY_KEY",
                        key,
                        "BODY",
                        body,
                        "HEADERS",
                        JsonMapper.shared()
                                .writeValueAsString(Map.of(
                                        "webhook-id",
                                        received.id(),
                                        "webhook-timestamp",
                                        received.timestamp(),
                                        "webhook-signature",
                                        received.standard()))));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said.strip();
    }

    private static boolean works(String program) throws InterruptedException {
        try {
            return new ProcessBuilder(program, "--version").start().waitFor() == 0;
        } catch (IOException absent) {
            return false;
        }
    }
}
