package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** A team asks for credits, and an operator answers. */
@ConsoleTest
@Timeout(120)
class CreditRequestTests {

    private static final String ASK = "/v2/gateway/credit-requests";
    private static final String ANSWER = "/admin/v1/credit-requests/";
    private static final Pattern FORM =
            Pattern.compile("action=\"(/console/operator/requests/([0-9a-f-]{36})/grant)\"");

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient database;

    @Autowired
    private Tenants tenants;

    @Autowired
    private Ledger ledger;

    private Tenant team;
    private String key;
    private Client client;

    @BeforeEach
    void aTeamWithTenCredits() {
        team = tenants.register(
                "t-" + UUID.randomUUID(),
                new Budget(ZoneId.of("UTC"), List.of(new BudgetWindow(PeriodKind.MONTH, 1, new Credits(10), null))));
        key = "kg_" + UUID.randomUUID() + UUID.randomUUID();
        tenants.registerKey(team, "studio", Sha256.hex(key));
        client = new Client(port, key);
    }

    @Test
    void fromRequestToGrantItTakesThreePressesAndLessThanAMinute() {
        Session asking = Session.signedIn(url(), key);
        Session operator = Session.signedIn(url(), ConsoleTest.TOKEN);
        String home = asking.get("/console/team").body();
        long begun = System.nanoTime();

        // The first press: the form is on the team's first page.
        assertThat(home).contains("action=\"/console/team/credit-requests\"", "Ask for credits");
        assertThat(asking.post(
                                "/console/team/credit-requests",
                                Map.of("credits", "1,500", "reason", "launch week", "once", once(home)))
                        .headers()
                        .firstValue("Location"))
                .contains("/console/team?done=asked");
        assertThat(asking.get("/console/team?done=asked").body())
                .contains("The operators are asked", ">Open</span>", "launch week");

        // The second: whatever page the operator is on, its head leads to what waits.
        assertThat(operator.get("/console/operator/audit").body())
                .containsPattern("href=\"/console/operator/requests\">Requests <span class=\"count\">\\d+</span>");
        String requests = operator.get("/console/operator/requests").body();

        // The third.
        assertThat(requests).contains(team.name(), "1,500 credits", "launch week");
        assertThat(operator.post(formOf(requests), Map.of("reason", "until December"))
                        .headers()
                        .firstValue("Location"))
                .contains("/console/operator/requests?done=granted");

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMinutes(1));
        assertThat(asking.get("/console/team").body()).contains(">Granted</span>", "until December");
        assertThat(client.get("/v2/credits").number("available")).isEqualTo(1_510);
        JsonNode answered = client.get(ASK).expect(200).json().path("items").path(0);
        assertThat(answered.path("status").asString()).isEqualTo("GRANTED");
        assertThat(answered.path("answer").asString()).isEqualTo("until December");
        assertThat(answered.path("answeredBy").asString()).isEqualTo("alice");
        assertThat(grants()).containsExactly(answered.path("journalSeq").longValue());
        assertThat(audit())
                .containsExactly(team.name() + "/studio request.ask", "alice credits.grant", "alice request.grant");
    }

    @Test
    void operatorsHearOfARequestAndTheTeamOfTheAnswer() {
        UUID request = asked(20, "launch week");
        assertThat(notices("CREDITS_REQUESTED")).hasSize(1).allSatisfy(notice -> {
            assertThat(notice.path("title").asString()).isEqualTo(team.name() + " asks for 20 credits");
            assertThat(notice.toString()).doesNotContain("launch week");
        });
        assertThat(client.get("/v2/notices").json().path("items").isEmpty()).isTrue();

        answer(request, "refusal", "not this month").expect(200);

        assertThat(client.get("/v2/notices")
                        .json()
                        .path("items")
                        .path(0)
                        .path("title")
                        .asString())
                .isEqualTo("The request of " + team.name() + " for 20 credits is refused");
        assertThat(client.get("/v2/credits").number("available")).isEqualTo(10);
        assertThat(grants()).isEmpty();
    }

    /** Eight presses at the same moment, half of them to refuse. */
    @Test
    void oneOfManyAnswersCounts() throws Exception {
        for (int round = 0; round < 5; round++) {
            long before = grants().size();
            UUID request = asked(20, "round " + round);
            List<Answer> answers =
                    together(8, press -> answer(request, press % 2 == 0 ? "grant" : "refusal", "press " + press));

            assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(1);
            assertThat(answers).filteredOn(answer -> answer.status() != 200).allSatisfy(answer -> {
                assertThat(answer.status()).isEqualTo(409);
                assertThat(answer.text("detail")).contains("was already", "by alice");
            });
            String status =
                    client.get(ASK).json().path("items").path(0).path("status").asString();
            assertThat(grants()).hasSize((int) before + (status.equals("GRANTED") ? 1 : 0));
        }
        assertThat(ledger.differences()).isEmpty();
    }

    @Test
    void aTeamHasThreeOpenRequestsHoweverManyItSendsAtOnce() throws Exception {
        List<Answer> answers = together(8, press -> ask("{\"credits\": 1, \"reason\": \"press " + press + "\"}"));

        assertThat(answers).filteredOn(answer -> answer.status() == 201).hasSize(3);
        assertThat(answers)
                .filteredOn(answer -> answer.status() == 409)
                .hasSize(5)
                .allSatisfy(answer ->
                        assertThat(answer.text("detail")).startsWith("3 requests of your team wait for an answer"));
        UUID open = UUID.fromString(
                client.get(ASK).json().path("items").path(0).path("id").asString());
        answer(open, "refusal", "no").expect(200);
        ask("{\"credits\": 1, \"reason\": \"again\"}").expect(201);
    }

    @Test
    void aRepeatedRequestIsOne() {
        String body = "{\"credits\": 5, \"reason\": \"once\"}";

        Answer first = ask(body, "Idempotency-Key", "order-1").expect(201);
        Answer again = ask(body, "Idempotency-Key", "order-1").expect(201);
        Answer other = ask(body.replace("5", "6"), "Idempotency-Key", "order-1").expect(409);

        assertThat(again.text("id")).isEqualTo(first.text("id"));
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(other.text("code")).isEqualTo("idempotency_conflict");
        assertThat(client.get(ASK).json().path("items").size()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"credits": 0, "reason": "x"}              | credits | must be from 1 to 1000000000000 (got 0)
            {"credits": 1.5, "reason": "x"}            | credits | must be a whole number (got 1.5)
            {"credits": 5}                             | reason  | is required
            {"credits": 5, "reason": "a\\nb"}          | reason  | must be 1 to 500 characters without line breaks
            {"credits": 5, "reason": "x", "team": "y"} | team    | is not a known property
            """)
    void whatCannotBeAskedForIsNamed(String body, String path, String message) {
        assertThat(ask(body)
                        .expect(400)
                        .json()
                        .path("details")
                        .path(path)
                        .path(0)
                        .asString())
                .startsWith(message);
    }

    @Test
    void aTeamSeesItsOwnRequestsAlone() {
        asked(20, "ours");
        Client other = new Client(port, io.klinggateway.running.RunningGateway.OTHER_KEY);

        assertThat(other.get(ASK).expect(200).body()).doesNotContain("ours");
        new Client(port, null).get(ASK).expect(401);
        assertThat(answer(UUID.randomUUID(), "grant", "x").status()).isEqualTo(404);
        other.post(ANSWER + UUID.randomUUID() + "/grant", "{\"reason\": \"mine\"}")
                .expect(401);
        assertThat(Session.signedIn(url(), key)
                        .get("/console/operator/requests")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void aRefusedFormSaysWhy() {
        Session asking = Session.signedIn(url(), key);
        asking.get("/console/team");
        var refused = asking.post("/console/team/credit-requests", Map.of("credits", "many", "reason", "launch week"));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("must be a whole number", "value=\"launch week\"");

        UUID request = asked(20, "x");
        answer(request, "grant", "ok").expect(200);
        Session operator = Session.signedIn(url(), ConsoleTest.TOKEN);
        operator.get("/console/operator/requests");
        var late = operator.post("/console/operator/requests/" + request + "/refusal", Map.of("reason", "too late"));
        assertThat(late.statusCode()).isEqualTo(409);
        assertThat(late.body()).contains("was already granted by alice");
    }

    private String url() {
        return "http://localhost:" + port;
    }

    private static String once(String page) {
        var once = Pattern.compile("name=\"once\" value=\"([^\"]+)\"").matcher(page);
        assertThat(once.find()).isTrue();
        return once.group(1);
    }

    /** Of this team's request: the newest stands last. */
    private static String formOf(String page) {
        return FORM.matcher(page)
                .results()
                .map(form -> form.group(1))
                .reduce((_, last) -> last)
                .orElseThrow();
    }

    private Answer ask(String body, String... headers) {
        return client.post(ASK, body, headers);
    }

    private UUID asked(long credits, String reason) {
        return UUID.fromString(ask("{\"credits\": " + credits + ", \"reason\": \"" + reason + "\"}")
                .expect(201)
                .text("id"));
    }

    private Answer answer(UUID request, String kind, String reason) {
        return Client.send(operator(ANSWER + request + "/" + kind)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"reason\": \"" + reason + "\"}")));
    }

    private java.net.http.HttpRequest.Builder operator(String path) {
        return new Client(port, null).request(path).header("Authorization", "Bearer " + ConsoleTest.TOKEN);
    }

    private List<JsonNode> notices(String cause) {
        return Client.send(operator("/admin/v1/notices?tenant=" + team.name()))
                .json()
                .path("items")
                .valueStream()
                .filter(notice -> notice.path("cause").asString().equals(cause))
                .toList();
    }

    private List<@Nullable Long> grants() {
        return database.sql("select seq from journal_entry where tenant_id = ? and entry_kind = 'GRANT' order by seq")
                .param(team.id().value())
                .query(Long.class)
                .list();
    }

    private List<@Nullable String> audit() {
        return database.sql("select actor || ' ' || action from audit_entry where tenant = ? order by seq")
                .param(team.name())
                .query(String.class)
                .list();
    }

    private static List<Answer> together(int callers, java.util.function.IntFunction<Answer> call) throws Exception {
        CountDownLatch start = new CountDownLatch(callers);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> calls = new ArrayList<>();
            for (int caller = 0; caller < callers; caller++) {
                int number = caller;
                calls.add(threads.submit(() -> {
                    start.countDown();
                    start.await();
                    return call.apply(number);
                }));
            }
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> one : calls) {
                answers.add(one.get());
            }
            return answers;
        }
    }
}
