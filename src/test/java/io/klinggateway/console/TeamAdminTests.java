package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.running.Receiver;
import io.klinggateway.running.RunningGateway;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** What a team's admin does for the team, and cannot do for another. */
class TeamAdminTests extends SingleSignOnFixture {

    private static final String KEYS = "/console/team/keys";
    private static final String NOTICES = "/console/team/notices";
    private static final Pattern SECRET = Pattern.compile("id=\"key\">(kg_[^<]+)<");

    private final int port;
    private String team;
    private Person tess;

    TeamAdminTests(Environment environment, JdbcClient database) {
        super(environment, database);
        this.port = URI.create(gateway).getPort();
    }

    @BeforeEach
    void aTeamAndItsAdmin() {
        team = newTeam();
        PROVIDER.know("tess", "Tess Teamlead", "kling-" + team + "-admin");
        tess = signedIn("tess");
    }

    private String newTeam() {
        String name = "t-" + UUID.randomUUID();
        admin("POST", "/tenants", ConsoleTest.TOKEN, """
                {"name": "%s", "budget": {"period": "MONTH", "limit": 10},
                 "selfService": {"mostKeys": 2, "longestValidityDays": 90, "highestKeyBudget": 50}}
                """.formatted(name)).expect(201);
        return name;
    }

    private HttpResponse<String> issue(Person person, Map<String, String> otherwise) {
        Map<String, String> form = new HashMap<>(Map.of(
                "name",
                "ci",
                "expiresAt",
                inDays(30),
                "budget.limit",
                "20",
                "once",
                UUID.randomUUID().toString()));
        form.putAll(otherwise);
        return person.session.post(KEYS, form);
    }

    private static String inDays(int days) {
        return LocalDate.now(ZoneOffset.UTC).plusDays(days).toString();
    }

    private UUID keyId(String tenant, String name) {
        return database.sql(
                        "select k.id from api_key k join tenant t on t.id = k.tenant_id where t.name = ? and k.name = ?"
                                + " and k.revoked_at is null and k.replaced_by is null")
                .params(tenant, name)
                .query(UUID.class)
                .single();
    }

    private List<JsonNode> audit() {
        return admin("GET", "/audit?limit=1000&tenant=" + team, ConsoleTest.TOKEN, "")
                .json()
                .path("items")
                .valueStream()
                .toList();
    }

    @Test
    void anAdminIssuesRotatesAndRevokesKeysWithinTheOperatorsTerms() {
        assertThat(tess.session.get(KEYS).body())
                .contains("At most 2 keys, valid for at most 90 days, with a budget of at most 50 credits");
        assertThat(issue(tess, Map.of("expiresAt", inDays(91))).body())
                .contains("must be within 90 days from now", "value=\"ci\"");
        assertThat(issue(tess, Map.of("budget.limit", "51")).body()).contains("must allow at most 50 credits");
        assertThat(issue(tess, Map.of("name", "console")).body()).contains("which people in the console use");

        String shown = location(issue(tess, Map.of()));
        String first = secret(shown);
        assertThat(new Client(port, first).get("/v2/me").status()).isEqualTo(200);
        assertThat(secret(shown)).as("loaded again").isEqualTo(first);
        assertThat(location(tess.session.post(shown + "/stored", Map.of()))).isEqualTo(KEYS);
        assertThat(tess.session.get(shown).statusCode()).isEqualTo(404);

        String successor = secret(location(tess.session.post(
                KEYS + "/" + keyId(team, "ci") + "/rotate",
                Map.of("graceSeconds", "0", "once", UUID.randomUUID().toString()))));
        assertThat(new Client(port, successor).get("/v2/me").status()).isEqualTo(200);
        assertThat(location(issue(tess, Map.of("name", "more")))).startsWith(KEYS);
        assertThat(issue(tess, Map.of("name", "most")).statusCode())
                .as("the console's own does not count; two are two")
                .isEqualTo(409);
        assertThat(location(tess.session.post(KEYS + "/" + keyId(team, "ci") + "/revoke", Map.of())))
                .isEqualTo(KEYS);
        assertThat(new Client(port, successor).get("/v2/me").status()).isEqualTo(401);

        assertThat(audit())
                .filteredOn(entry -> entry.path("action").asString().startsWith("key."))
                .hasSizeGreaterThan(4)
                .allSatisfy(entry -> {
                    assertThat(entry.path("actor").asString()).isEqualTo("Tess Teamlead");
                    assertThat(entry.path("person").asString()).isEqualTo("tess");
                    assertThat(entry.path("role").asString()).isEqualTo("ADMIN");
                });
    }

    private String secret(String page) {
        var found = SECRET.matcher(tess.session.get(page).body());
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    /** Its budget is what operators allow people to try with; and who had it would have a key without terms. */
    @Test
    void theConsolesOwnKeyIsNotTheTeams() {
        UUID console = keyId(team, "console");

        assertThat(tess.session.get(KEYS).body()).doesNotContain(KEYS + "/" + console);
        for (String what : List.of("rotate", "revoke")) {
            assertThat(tess.session
                            .post(KEYS + "/" + console + "/" + what, Map.of("graceSeconds", "0"))
                            .statusCode())
                    .isEqualTo(409);
        }
        assertThat(keyId(team, "console")).isEqualTo(console);
        assertThat(tess.get("/team")).isEqualTo(200);
        database.sql("update api_key set expires_at = now() - interval '1 day' where id = ?")
                .param(console)
                .update();
        assertThat(tess.get("/team")).as("a new one is made").isEqualTo(200);
        assertThat(keyId(team, "console")).isNotEqualTo(console);
    }

    @Test
    void theConsolesNextKeyHasTheTermsOfTheLast() {
        UUID console = keyId(team, "console");
        admin("PATCH", "/tenants/" + team + "/keys/" + console, ConsoleTest.TOKEN, """
                {"budget": {"period": "MONTH", "limit": 3}, "allowedNetworks": ["127.0.0.0/8", "::1/128"]}
                """)
                .expect(200);
        database.sql("update api_key set expires_at = now() - interval '1 day' where id = ?")
                .param(console)
                .update();
        assertThat(tess.get("/team")).isEqualTo(200);
        UUID second = keyId(team, "console");
        admin("DELETE", "/tenants/" + team + "/keys/" + second, ConsoleTest.TOKEN, "");
        assertThat(tess.get("/team")).isEqualTo(200);
        UUID third = keyId(team, "console");

        assertThat(List.of(console, second, third)).doesNotHaveDuplicates();
        assertThat(database.sql("select key_budget_id::text || array_to_string(allowed_networks, ' ') from api_key"
                                + " where id in (?, ?, ?) and key_budget_id is not null")
                        .params(console, second, third)
                        .query(String.class)
                        .list())
                .hasSize(3)
                .containsOnly(terms(console));
        assertThat(audit())
                .filteredOn(entry -> entry.path("subject").asString("").equals(third.toString()))
                .singleElement()
                .satisfies(entry -> assertThat(
                                entry.at("/after/budget/windows/0/limit").longValue())
                        .isEqualTo(3));
    }

    @Test
    void theNetworksOfTheConsolesKeyHoldForPeople() {
        String networks = "{\"allowedNetworks\": [\"192.0.2.0/24\"]}";
        admin("PATCH", "/tenants/" + team + "/keys/" + keyId(team, "console"), ConsoleTest.TOKEN, networks)
                .expect(200);

        assertThat(tess.isOut()).isTrue();
        HttpResponse<String> refused = new Person("tess").signIn("");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("may not be used from your network").doesNotContain("no role");
        admin("PATCH", "/tenants/" + team, ConsoleTest.TOKEN, "{\"status\": \"SUSPENDED\"}")
                .expect(200);
        assertThat(new Person("tess").signIn("").body()).contains("Your team is suspended");
    }

    private String terms(UUID key) {
        return database.sql(
                        "select key_budget_id::text || array_to_string(allowed_networks, ' ') from api_key where id = ?")
                .param(key)
                .query(String.class)
                .single();
    }

    @Test
    void anAdminSaysWhatTheTeamHearsOfAndWhere() throws Exception {
        try (Receiver receiver = new Receiver()) {
            String secret = "B000-very-secret";
            assertChanged(
                    "/channels", Map.of("name", "chat", "kind", "SLACK", "target", receiver.url() + "/" + secret));
            assertThat(tess.session.get(NOTICES).body())
                    .contains("Send a test", "localhost:")
                    .doesNotContain(secret);
            assertChanged("/channels/chat/test", Map.of());
            assertThat(receiver.next().json().path("text").asString()).contains("Sent by Tess Teamlead");
            assertChanged("/thresholds", Map.of("thresholds", "70"));
            assertChanged("/silence", Map.of("silencedUntil", inDays(3)));
            HttpResponse<String> refused = tess.session.post(NOTICES + "/thresholds", Map.of("thresholds", "many"));
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("must be numbers from 1 to 100");

            PROVIDER.know("mia", "Mia Member", "kling-" + team + "-member");
            assertThat(signedIn("mia").session.get(NOTICES).body())
                    .contains("reaches <b>70 %</b>", "chat")
                    .doesNotContain("<form class=\"fields\"", "Send a test");

            assertChanged("/channels/chat/remove", Map.of());
            assertThat(audit())
                    .extracting(entry -> entry.path("action").asString() + " "
                            + entry.path("actor").asString())
                    .contains("notices.change Tess Teamlead", "notices.test Tess Teamlead");
        }
    }

    /** A mailbox is soon flooded. */
    @Test
    void fewTestsAreSentInAMinute() {
        assertChanged("/channels", Map.of("name", "chat", "kind", "SLACK", "target", "http://localhost:9/hook"));
        for (int test = 1; test <= 10; test++) {
            assertThat(tess.session
                            .post(NOTICES + "/channels/chat/test", Map.of())
                            .statusCode())
                    .isEqualTo(302);
        }

        HttpResponse<String> refused = tess.session.post(NOTICES + "/channels/chat/test", Map.of());

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.body()).contains("10 tests were sent within a minute");
        Answer byOperator = admin("POST", "/tenants/" + team + "/notices/test", ConsoleTest.TOKEN, "{}");
        assertThat(byOperator.expect(429).header("Retry-After")).isEqualTo("60");
        admin("POST", "/notices/test", ConsoleTest.TOKEN, "{}").expect(404);
    }

    private void assertChanged(String path, Map<String, String> form) {
        HttpResponse<String> answer = tess.session.post(NOTICES + path, form);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
        assertThat(tess.session.get(location(answer)).body()).contains("role=\"status\"");
    }

    @Test
    void whatAnAdminAsksForAnOperatorGrantsInThreePressesAndTheTeamSeesIt() {
        Person otto = signedIn("otto");
        long begun = System.nanoTime();

        tess.session.get("/console/team");
        assertThat(location(tess.session.post(
                        "/console/team/credit-requests",
                        Map.of(
                                "credits",
                                "500",
                                "reason",
                                "launch week",
                                "once",
                                UUID.randomUUID().toString()))))
                .isEqualTo("/console/team?done=asked");
        String asked = otto.session.get("/console/operator/requests").body();
        assertThat(asked).contains("launch week", "by <b>Tess Teamlead");
        String id = database.sql(
                        "select r.id from credit_request r join tenant t on t.id = r.tenant_id where t.name = ?")
                .param(team)
                .query(String.class)
                .single();
        assertThat(otto.session
                        .post("/console/operator/requests/" + id + "/grant", Map.of("reason", "granted for the launch"))
                        .statusCode())
                .isEqualTo(302);

        assertThat(tess.session.get("/console/team").body()).contains("granted for the launch", "<b>510</b>");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMinutes(1));
        assertThat(audit())
                .extracting(entry -> entry.path("action").asString() + " "
                        + entry.path("actor").asString())
                .contains("request.ask Tess Teamlead", "request.grant Otto Operator", "credits.grant Otto Operator");
    }

    @Test
    void operatorsTakeAlongAndEraseWhatIsKeptOfATeam() {
        String page = "/console/operator/tenants/" + team;
        Session otto = signedIn("otto").session;
        Session vera = signedIn("vera").session;
        assertThat(vera.get(page).body()).doesNotContain(page + "/export", page + "/erasure");
        assertThat(vera.get(page + "/export").statusCode()).isEqualTo(403);
        assertThat(vera.post(page + "/erasure", Map.of("reason", "none")).statusCode())
                .isEqualTo(403);
        assertThat(otto.get(page).body()).contains(page + "/export", page + "/erasure");

        HttpResponse<String> export = otto.get(page + "/export");

        assertThat(export.statusCode()).isEqualTo(200);
        assertThat(export.headers().firstValue("Content-Disposition").orElseThrow())
                .isEqualTo("attachment; filename=\"" + team + ".ndjson\"");
        assertThat(export.body().lines().toList().getLast()).contains("\"type\":\"end\"");

        assertThat(otto.get(page + "/erasure").body()).contains("Open jobs run to their end", "cannot be undone");
        assertThat(otto.post(page + "/erasure", Map.of("reason", "")).body()).contains("is required");
        assertThat(location(otto.post(page + "/erasure", Map.of("reason", "they have left"))))
                .isEqualTo(page + "?done=erasure");
        assertThat(otto.get(page).body()).contains("Being erased", "Otto Operator", page + "/erasure");
        HttpResponse<String> refused = otto.post(page + "/budget", Map.of("period", "MONTH", "limit", "much"));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("Being erased");
        assertThat(audit())
                .extracting(entry -> entry.path("action").asString() + " "
                        + entry.path("reason").asString())
                .contains("tenant.export ", "tenant.erase they have left");
    }

    /** Each call of self-service, with what is another team's in the place of what is one's own. */
    @Test
    void anotherTeamsIdsOpenNothing() {
        String others = newTeam();
        PROVIDER.know("olga", "Olga Other", "kling-" + others + "-admin");
        Person olga = signedIn("olga");
        String form = UUID.randomUUID().toString();
        String theirPage = location(issue(olga, Map.of("once", form)));
        UUID theirs = keyId(others, "ci");
        olga.session.post(
                NOTICES + "/channels", Map.of("name", "chat", "kind", "SLACK", "target", "http://localhost:9/hook"));
        olga.session.get("/console/team");
        assertThat(ask(olga, 5, form).statusCode()).isEqualTo(302);
        String theirJob = new Client(port, RunningGateway.KEY).order("\"prompt\":\"of alpha\"");
        String before = everything(others);
        tess.session.get(KEYS);

        assertThat(tess.session
                        .post(
                                KEYS + "/" + theirs + "/rotate",
                                Map.of(
                                        "graceSeconds",
                                        "0",
                                        "once",
                                        UUID.randomUUID().toString()))
                        .statusCode())
                .isEqualTo(404);
        assertThat(tess.session.post(KEYS + "/" + theirs + "/revoke", Map.of()).statusCode())
                .isEqualTo(404);
        assertThat(tess.session.get(theirPage).statusCode()).isEqualTo(404);
        tess.session.get(KEYS);
        tess.session.post(theirPage + "/stored", Map.of());
        assertThat(olga.session.get(theirPage).statusCode()).isEqualTo(200);
        assertThat(location(issue(tess, Map.of("once", form)))).isEqualTo(theirPage);
        assertThat(keyId(team, "ci")).as("a key of one's own").isNotEqualTo(theirs);
        assertThat(tess.session
                        .post(
                                NOTICES + "/channels",
                                Map.of(
                                        "name",
                                        "hook",
                                        "kind",
                                        "WEBHOOK",
                                        "target",
                                        "http://localhost:9/hook",
                                        "keyId",
                                        theirs.toString()))
                        .statusCode())
                .isEqualTo(400);
        assertThat(tess.session.post(NOTICES + "/channels/chat/test", Map.of()).statusCode())
                .isEqualTo(404);
        tess.session.get(NOTICES);
        tess.session.post(NOTICES + "/channels/chat/remove", Map.of());
        tess.session.get("/console/team");
        assertThat(ask(tess, 7, form).statusCode())
                .as("no repetition of theirs")
                .isEqualTo(302);
        assertThat(tess.session.get("/console/team/credit-requests").body())
                .contains("asked for by tess")
                .doesNotContain("Olga Other");
        assertThat(tess.get("/team/jobs/" + theirJob)).isEqualTo(404);
        assertThat(tess.get("/team/jobs/" + theirJob + "/cancel")).isEqualTo(404);
        tess.session.get(KEYS);
        assertThat(tess.post("/team/jobs/" + theirJob + "/cancel")).isEqualTo(404);
        assertThat(tess.session.get("/console/team/try?from=" + theirJob).body())
                .doesNotContain("of alpha");
        for (String page : List.of("", "/keys/new", "/notices/thresholds", "/self-service", "/budget", "/credits")) {
            tess.session.get(KEYS);
            assertThat(tess.get("/operator/tenants/" + team + page)).isEqualTo(403);
            tess.session.get(KEYS);
            assertThat(tess.post("/operator/tenants/" + others + page)).isEqualTo(403);
        }

        assertThat(everything(others)).isEqualTo(before);
    }

    private static HttpResponse<String> ask(Person person, int credits, String once) {
        return person.session.post(
                "/console/team/credit-requests",
                Map.of("credits", Integer.toString(credits), "reason", "asked for by " + person.subject, "once", once));
    }

    private String everything(String tenant) {
        return database.sql("""
                        select coalesce(string_agg(k.id::text || k.name || coalesce(k.revoked_at::text, '')
                                                   || coalesce(k.replaced_by::text, ''), ' ' order by k.created_at), '')
                               || (select count(*) from audit_entry a where a.tenant = t.name)
                          from tenant t join api_key k on k.tenant_id = t.id where t.name = ? group by t.name
                        """).param(tenant).query(String.class).single();
    }

    @Test
    void whoLosesTheRoleMidSessionChangesNothingMore() {
        String shown = location(issue(tess, Map.of()));
        PROVIDER.put("tess", "kling-" + team + "-member");
        theProviderIsToBeAskedAgain();

        assertThat(issue(tess, Map.of("name", "late")).statusCode()).isEqualTo(403);
        assertThat(tess.session.get(shown).statusCode())
                .as("not even shown again")
                .isEqualTo(403);
        assertThat(tess.get("/team")).isEqualTo(200);
        PROVIDER.put("tess", "choir");
        theProviderIsToBeAskedAgain();
        assertThat(location(issue(tess, Map.of("name", "later")))).startsWith("/console/sign-in?ended");
        assertThat(tess.isOut()).isTrue();
        assertThat(audit()).noneMatch(entry -> entry.toString().contains("late"));
    }
}
