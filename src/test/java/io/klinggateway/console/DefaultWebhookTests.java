package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.running.Receiver;
import io.klinggateway.running.Receiver.Received;
import io.klinggateway.simulator.Sha256;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Whom a team tells of jobs whose requests say nothing of a webhook. */
class DefaultWebhookTests extends SingleSignOnFixture {

    private static final String PAGE = "/console/team/webhooks";
    private static final String SECRET = "/very-secret-path";

    private final int port;
    private final Receiver receiver = new Receiver();
    private String team;
    private String key;
    private Client client;
    private Person tess;

    DefaultWebhookTests(Environment environment, JdbcClient database) {
        super(environment, database);
        this.port = URI.create(gateway).getPort();
    }

    @BeforeEach
    void aTeamItsKeyAndItsAdmin() {
        team = "t-" + UUID.randomUUID();
        operator(
                        "POST",
                        "/tenants",
                        "{\"name\": \"" + team + "\", \"budget\": {\"period\": \"MONTH\", \"limit\": 100}}")
                .expect(201);
        key = operator("POST", "/tenants/" + team + "/keys", "{\"name\": \"ci\"}")
                .expect(201)
                .text("key");
        client = new Client(port, key);
        PROVIDER.know("tess", "Tess Teamlead", "kling-" + team + "-admin");
        tess = signedIn("tess");
        tess.session.get(PAGE);
    }

    @AfterEach
    void close() {
        receiver.close();
    }

    private Answer operator(String method, String path, String body) {
        return admin(method, path, ConsoleTest.TOKEN, body);
    }

    private HttpResponse<String> set(String url, String events) {
        return tess.session.post(PAGE + "/default", Map.of("url", url, "events", events));
    }

    private void setByOperator(String url) {
        operator("PATCH", "/tenants/" + team, "{\"defaultWebhook\": {\"url\": \"" + url + "\"}}")
                .expect(200);
    }

    private JsonNode input(String job) {
        return client.get("/v2/jobs/" + job).expect(200).json().path("input");
    }

    @Test
    void aJobThatNamesNoneTellsTheDefaultSignedWithTheKeyThatAsked() throws Exception {
        assertThat(location(set(receiver.url() + SECRET, "completed"))).isEqualTo(PAGE + "?done=default");
        assertThat(tess.session.get(PAGE).body()).contains(receiver.url() + SECRET, "Told of <b>completed</b>");

        String job = client.order("\"prompt\":\"a fox\"");

        Received told = receiver.next();
        assertThat(told.id()).isEqualTo(job + "-completed");
        assertThat(told.json().path("jobId").asString()).isEqualTo(job);
        assertThat(told.signature()).isEqualTo("sha256=" + Sha256.sign(key, told.body()));
        assertThat(operator("GET", "/tenants/" + team, "")
                        .json()
                        .path("defaultWebhook")
                        .toString())
                .isEqualTo(
                        "{\"url\":\"" + receiver.url() + SECRET + "\",\"events\":[\"completed\"],\"declared\":false}");
    }

    @Test
    void whatARequestSaysTakesItsPlaceWholly() throws Exception {
        setByOperator(receiver.url() + "/default");
        try (Receiver own = new Receiver()) {
            String job = client.order("\"prompt\":\"a fox\",\"webhookUrl\":\"" + own.url() + "\"");
            String silent = client.order("\"prompt\":\"a fox\",\"webhookUrl\":null");
            String last = client.order("\"prompt\":\"a fox\",\"webhookEvents\":[\"progress\"]");

            assertThat(own.next().id()).isEqualTo(job + "-completed");
            assertThat(receiver.next().id())
                    .as("the default's events are those that count with its URL")
                    .isEqualTo(last + "-completed");
            client.await(silent, "COMPLETED");
            assertThat(receiver.all()).hasSize(1);
            assertThat(own.all()).hasSize(1);
            assertThat(input(silent).has("webhookUrl")).isFalse();
            assertThat(client.get("/v2/jobs/" + silent)
                            .json()
                            .path("webhookStatus")
                            .isNull())
                    .isTrue();
        }
    }

    @Test
    void aChangeConcernsLaterJobsAndARepeatedCallStaysTheSame() {
        setByOperator(receiver.url() + "/first");
        String body = "{\"model\": \"kling-image\", \"prompt\": \"a hen\"}";
        String once = UUID.randomUUID().toString();
        String job = client.post("/v2/images/generate", body, "Idempotency-Key", once)
                .expect(202)
                .text("jobId");
        setByOperator(receiver.url() + "/second");

        Answer again = client.post("/v2/images/generate", body, "Idempotency-Key", once)
                .expect(202);

        assertThat(again.text("jobId")).isEqualTo(job);
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(input(job).path("webhookUrl").asString()).isEqualTo(receiver.url() + "/first");
        assertThat(input(client.order("\"prompt\":\"a hen\""))
                        .path("webhookUrl")
                        .asString())
                .isEqualTo(receiver.url() + "/second");
        client.post("/v2/images/generate", body.replace("}", ", \"webhookUrl\": null}"), "Idempotency-Key", once)
                .expect(409);

        operator("PATCH", "/tenants/" + team, "{\"defaultWebhook\": null}").expect(200);
        assertThat(input(client.order("\"prompt\":\"a hen\"")).has("webhookUrl"))
                .isFalse();
    }

    /** Nobody has the key that people act by, and could tell that what it signs is genuine. */
    @Test
    void whatPeopleTryIsNotTold() {
        setByOperator(receiver.url());
        tess.session.get("/console/team/try");

        String page = location(tess.session.post("/console/team/try", Map.of("prompt", "by a person")));
        String job = page.substring(page.lastIndexOf('/') + 1);

        client.await(job, "COMPLETED");
        assertThat(input(job).has("webhookUrl")).isFalse();
        tess.session.get("/console/team/try");
        String named = location(tess.session.post(
                "/console/team/try", Map.of("prompt", "by a person", "webhookUrl", receiver.url() + "/own")));
        assertThat(input(named.substring(named.lastIndexOf('/') + 1))
                        .path("webhookUrl")
                        .asString())
                .isEqualTo(receiver.url() + "/own");
    }

    @Test
    void whatIsRepeatedDoesNotNameTheDefaultAsItsOwn() {
        setByOperator(receiver.url() + SECRET);
        String byDefault = client.order("\"prompt\":\"a fox\"");
        String named = client.order("\"prompt\":\"a fox\",\"webhookUrl\":\"" + receiver.url() + "/own\"");

        assertThat(input(byDefault).path("webhookUrl").asString()).endsWith(SECRET);
        assertThat(client.get("/v2/jobs/" + byDefault).body()).doesNotContain("webhookIsDefault");
        assertThat(tess.session.get("/console/team/try?from=" + byDefault).body())
                .contains("a fox")
                .doesNotContain(SECRET);
        assertThat(tess.session.get("/console/team/try?from=" + named).body()).contains(receiver.url() + "/own");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            http://hooks.example.com/very-secret-path          | must be https
            https://10.0.0.1/very-secret-path                  | must not lead to a private
            https://169.254.169.254/very-secret-path           | must not lead to a private
            https://me:pass@hooks.example.com/very-secret-path | must not carry a user name or password
            hooks.example.com/very-secret-path                 | must be an absolute http or https URL
            ftp://localhost/very-secret-path                   | must be an absolute http or https URL
            """)
    void itKeepsTheRulesOfARequests(String url, String rule) {
        HttpResponse<String> form = set(url, "");
        Answer patch = operator("PATCH", "/tenants/" + team, "{\"defaultWebhook\": {\"url\": \"" + url + "\"}}");

        assertThat(form.statusCode()).isEqualTo(400);
        assertThat(form.body()).contains(rule, "value=\"" + url + "\"");
        assertThat(patch.expect(400)
                        .json()
                        .path("details")
                        .path("defaultWebhook.url")
                        .path(0)
                        .asString())
                .startsWith(rule);
        assertThat(patch.body()).doesNotContain("very-secret");
        assertThat(input(client.order("\"prompt\":\"a fox\"")).has("webhookUrl"))
                .isFalse();
    }

    @Test
    void oneThatTheRulesNoLongerAllowHindersNoOtherChange() {
        database.sql("update tenant set webhook_url = 'http://10.0.0.1/x' where name = :team")
                .param("team", team)
                .update();

        Answer suspended = operator("PATCH", "/tenants/" + team, "{\"status\": \"SUSPENDED\"}")
                .expect(200);

        assertThat(suspended.json().path("defaultWebhook").path("url").asString())
                .isEqualTo("http://10.0.0.1/x");
        operator("PATCH", "/tenants/" + team, "{\"defaultWebhook\": {\"events\": [\"failed\"]}}")
                .expect(400);
    }

    @Test
    void otherFaultsAreNamed() {
        assertThat(set(receiver.url(), "completed done").statusCode()).isEqualTo(400);
        assertThat(set(receiver.url() + "\0", "").statusCode()).isEqualTo(400);
        for (String wrong : List.of(
                "{\"events\": [\"completed\"]}",
                "{\"url\": \"https://a.example\", \"events\": []}",
                "{\"url\": \"https://a.example\", \"events\": [\"done\"]}",
                "{\"url\": \"https://a.example\", \"events\": [null]}",
                "{\"url\": \"https://a.example/\\u0000\"}",
                "{\"url\": 1}",
                "{\"url\": \"https://a.example\", \"declared\": true}")) {
            operator("PATCH", "/tenants/" + team, "{\"defaultWebhook\": " + wrong + "}")
                    .expect(400);
        }
    }

    @Test
    void onlyAdminsAndOperatorsSetItAndTheRecordHasNoneOfItsSecrets() {
        PROVIDER.know("mia", "Mia Member", "kling-" + team + "-member");
        Session mia = signedIn("mia").session;
        Session byKey = Session.signedIn(gateway, key);
        Session otto = signedIn("otto").session;
        Map<String, String> form = Map.of("url", receiver.url() + SECRET);
        for (Session other : List.of(mia, byKey)) {
            assertThat(other.get(PAGE).body()).doesNotContain("Save the default webhook");
            assertThat(other.post(PAGE + "/default", form).statusCode()).isEqualTo(403);
        }
        String tenant = "/console/operator/tenants/" + team;
        otto.get(tenant);
        assertThat(location(otto.post(tenant + "/default-webhook", form))).isEqualTo(tenant + "?done=default-webhook");
        assertThat(otto.get(tenant).body()).contains(receiver.url() + SECRET, "Save the default webhook");
        assertThat(mia.get(PAGE).body()).contains(receiver.url() + SECRET);
        setByOperator(receiver.url() + SECRET + "/other");
        assertThat(location(set("", ""))).isEqualTo(PAGE + "?done=default");
        setByOperator(receiver.url() + SECRET);

        String audit = operator("GET", "/audit?limit=1000&tenant=" + team, "").body();
        String export = operator("GET", "/tenants/" + team + "/export", "").body();

        assertThat(audit)
                .contains("\"webhook.default\"", "\"tenant.change\"", "\"Tess Teamlead\"", "http://localhost:")
                .doesNotContain("very-secret");
        assertThat(export).contains("\"defaultWebhookHost\" : \"localhost:").doesNotContain("very-secret");
    }
}
