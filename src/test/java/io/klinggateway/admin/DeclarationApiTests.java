package io.klinggateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.simulator.SimulatedApiframe;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What a pipeline does with the declaration of all teams, on two replicas. */
class DeclarationApiTests {

    private static SimulatedApiframe vendor;
    private static Replica here;
    private static Replica there;

    private final String name = "t-" + UUID.randomUUID();
    private final String key = "kg_" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        vendor = SimulatedApiframe.builder().port(0).build().start();
        var database = TestDatabase.migrated();
        here = Replica.start(database, vendor.baseUrl(), Replica.withOperators());
        there = Replica.start(database, vendor.baseUrl(), Replica.withOperators());
    }

    @AfterAll
    static void stop() {
        there.close();
        here.close();
        vendor.close();
    }

    @AfterEach
    void theBooksAgree() {
        assertThat(here.differences()).isZero();
    }

    @Test
    void theMountedFileIsRehearsedTakenOverAndChangesNothingTheSecondTime() {
        String file = """
                gateway:
                  tenants:
                    - name: %s
                      budget: {period: MONTH, limit: 100, time-zone: Europe/Berlin}
                      cost-centre: 4711
                      limits: {requests-per-minute: 60}
                      self-service: {most-keys: 3, longest-validity-days: 90}
                      keys:
                        - {name: ci, sha256: %s, allowed-networks: [127.0.0.0/8, "::1"]}
                """.formatted(name, Sha256.hex(key));
        String before = tag();

        Answer plan = put(yaml(file), "?dryRun=true").expect(200);

        assertThat(plan.json().path("dryRun").booleanValue()).isTrue();
        assertThat(plan.header("ETag")).isEqualTo(before);
        JsonNode created = team(plan, name);
        assertThat(created.path("action").asString()).isEqualTo("CREATE");
        assertThat(created.has("id")).isFalse();
        assertThat(created.path("changes").toString())
                .contains("{\"field\":\"budget.limit\",\"to\":100}", "{\"field\":\"costCentre\",\"to\":\"4711\"}")
                .contains("{\"field\":\"selfService.mostKeys\",\"to\":3}")
                .contains("{\"field\":\"keys.ci.allowedNetworks\",\"to\":[\"127.0.0.0/8\",\"::1/128\"]}");
        here.operator("GET", "/tenants/" + name).expect(404);
        assertThat(tag()).isEqualTo(before);

        Answer done = put(yaml(file), "", "If-Match", before).expect(200);

        assertThat(team(done, name).path("id").asString())
                .isEqualTo(there.operator("GET", "/tenants/" + name).text("id"));
        there.tenant(key, "GET", "/v2/credits").expect(200);
        assertThat(done.body()).doesNotContain(Sha256.hex(key));
        Answer current = there.operator("GET", "/declaration").expect(200);
        assertThat(current.header("ETag")).isEqualTo(done.header("ETag")).isNotEqualTo(before);
        assertThat(current.body()).contains(name).doesNotContain(Sha256.hex(key));
        assertThat(audited()).isEqualTo(1);

        Answer again = put(yaml(file), "", "If-Match", current.header("ETag")).expect(200);

        assertThat(team(again, name).path("action").asString()).isEqualTo("NONE");
        assertThat(again.header("ETag")).isEqualTo(current.header("ETag"));
        assertThat(audited()).isEqualTo(1);
    }

    @Test
    void aChangeIsToldFieldByFieldAndMadeUnderItsOperatorsName() {
        apply(json(name, 100));
        String changed = json(name, 200).replace("\"ci\"", "\"build\"");

        JsonNode planned = team(put(changed, "?dryRun=true").expect(200), name);
        JsonNode made = team(put(changed, "", "If-Match", tag()).expect(200), name);

        assertThat(planned.path("action").asString()).isEqualTo("CHANGE");
        assertThat(planned.path("changes").toString())
                .contains("{\"field\":\"budget.limit\",\"from\":100,\"to\":200}")
                .contains("\"field\":\"keys.build.id\"", "\"field\":\"keys.ci.id\"");
        assertThat(made.path("id")).isEqualTo(planned.path("id"));
        assertThat(here.operator("GET", "/tenants/" + name).number("balance", "ceiling"))
                .isEqualTo(200);
        Replica.await(
                () -> here.operator("GET", "/audit?actor=alice&tenant=" + name)
                        .json()
                        .path("items")
                        .valueStream()
                        .map(entry -> entry.path("action").asString())
                        .distinct()
                        .toList(),
                List.of("tenant.declare"));
    }

    @Test
    void whatNobodyDeclaresIsLeftAloneAndWhatIsNotDeclaredAnyMoreIsSuspended() {
        String own = "own-" + UUID.randomUUID();
        here.createTenant(own, "{\"period\": \"MONTH\", \"limit\": 7}", "{}");
        apply(json(name, 100));
        String other = "t-" + UUID.randomUUID();

        Answer plan = put(json(other, 5), "", "If-Match", tag()).expect(200);

        assertThat(team(plan, own).path("action").asString()).isEqualTo("LEAVE_ALONE");
        assertThat(team(plan, own).path("id").asString())
                .isEqualTo(here.operator("GET", "/tenants/" + own).text("id"));
        assertThat(team(plan, name).path("action").asString()).isEqualTo("SUSPEND");
        assertThat(here.operator("GET", "/tenants/" + name).text("status")).isEqualTo("SUSPENDED");
        assertThat(here.operator("GET", "/tenants/" + own).text("status")).isEqualTo("ACTIVE");

        // One that somebody made by hand is taken over; then only a declaration changes it.
        JsonNode adopted = team(put(json(own, 8), "", "If-Match", tag()).expect(200), own);
        assertThat(adopted.path("changes").toString()).contains("{\"field\":\"declared\",\"from\":false,\"to\":true}");
        here.operator("PATCH", "/tenants/" + own, "{\"costCentre\": \"1\"}").expect(409);
    }

    @Test
    void whatWasReadBeforeAnothersChangeIsNotReplaced() {
        Answer unguarded = put(json(name, 100), "").expect(428);
        assertThat(unguarded.text("code")).isEqualTo("precondition_required");
        String read = tag();
        apply(json(name, 100));

        Answer stale = put(json(name, 1), "", "If-Match", read).expect(412);

        assertThat(stale.text("code")).isEqualTo("precondition_failed");
        put(json(name, 1), "?dryRun=true", "If-Match", read).expect(412);
        put(json(name, 1), "", "If-Match", "W/" + tag()).expect(412);
        put(json(name, 1), "", "If-Match", read + ", " + tag()).expect(200);
        put(json(name, 2), "", "If-Match", "*").expect(200);
    }

    @Test
    void ofTwoAtOnceOneIsToldThatItIsStale() throws Exception {
        apply(json(name, 100));
        String read = tag();
        CountDownLatch together = new CountDownLatch(2);
        try (ExecutorService callers = Executors.newFixedThreadPool(2)) {
            List<Future<Integer>> answers = List.of(200, 300).stream()
                    .map(limit -> callers.submit(() -> {
                        together.countDown();
                        together.await();
                        return put(json(name, limit), "", "If-Match", read).status();
                    }))
                    .toList();

            assertThat(List.of(answers.get(0).get(), answers.get(1).get())).containsExactlyInAnyOrder(200, 412);
        }
    }

    @Test
    void aDeclarationIsTakenOverWholeOrNotAtAll() {
        String stolen = "kg_" + UUID.randomUUID();
        here.createTenant("owner-" + name, "{\"period\": \"MONTH\", \"limit\": 7}", "{}");
        UUID owner =
                UUID.fromString(here.operator("GET", "/tenants/owner-" + name).text("id"));
        here.jdbc()
                .sql(
                        "insert into api_key (id, tenant_id, name, sha256) values (gen_random_uuid(), ?, 'own', decode(?, 'hex'))")
                .params(owner, Sha256.hex(stolen))
                .update();
        String before = tag();
        String body = """
                {"tenants": [{"name": "%s", "budget": {"period": "MONTH", "limit": 1}},
                             {"name": "%s-2", "budget": {"period": "MONTH", "limit": 1},
                              "keys": [{"name": "main", "sha256": "%s"}]}]}
                """.formatted(name, name, Sha256.hex(stolen));

        Answer refused = put(body, "", "If-Match", before).expect(409);

        assertThat(refused.text("detail")).contains("\"main\" of team \"" + name + "-2\" already belongs to another");
        assertThat(refused.body()).doesNotContain(Sha256.hex(stolen));
        here.operator("GET", "/tenants/" + name).expect(404);
        assertThat(tag()).isEqualTo(before);
    }

    @Test
    void anOlderRevisionIsRefusedAndAFilesRevisionIsKept() {
        apply(json(name, 100));
        long newest = here.operator("GET", "/declaration").number("revision");

        put("{\"declarationRevision\": " + (newest - 1) + ", " + json(name, 1).substring(1), "", "If-Match", "*")
                .expect(409);
        Answer later = put(
                        "{\"declaration-revision\": " + (newest + 5) + ", "
                                + json(name, 1).substring(1),
                        "",
                        "If-Match",
                        "*")
                .expect(200);

        assertThat(later.number("revision")).isEqualTo(newest + 5);
        assertThat(put(json(name, 2), "", "If-Match", "*").expect(200).number("revision"))
                .isEqualTo(newest + 6);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"tenants": []}                                       | tenants                          | must name at least one team
            {"tenants": [{"name": "Team A"}]}                     | tenants[0].name                  | must be 1 to 63 of a-z, 0-9 and - (got "Team A")
            {"tenants": [{"name": "a"}]}                          | tenants[0].budget                | is required: every tenant has a budget
            {"tenants": [{"name": "a", "buget": {}}]}             | tenants[0].buget                 | is not a known property (did you mean budget?)
            {"tenants": [{"name": "a", "budget": {"period": "MONTH", "limit": "9"}}]} | tenants[0].budget.limit | must be a whole number (got "9")
            {"tenants": [{"name": "a", "budget": {"period": "MONTH", "limit": 9}, "limits": {"weight": 0}}]} | tenants[0].limits.weight | must be from 1 to 100, not 0
            {"tenants": [{"name": "a", "budget": {"period": "MONTH", "limit": 9}, "keys": [{"name": "k", "sha256": "kg_secret"}]}]} | tenants[0].keys[0].sha256 | declares key "k" of tenant "a" with a sha256 that is not 64 hexadecimal digits
            {"tenants": [{"name": "a", "budget": {"period": "MONTH", "limit": 9}}, {"name": "a", "budget": {"period": "MONTH", "limit": 9}}]} | tenants[1].name | declares the name "a" twice
            """)
    void whatIsWrongIsNamed(String body, String path, String message) {
        for (Answer refused : List.of(
                put(body, "", "If-Match", "*"), put(body, "?dryRun=true"), put(yaml(body), "", "If-Match", "*"))) {
            assertThat(refused.expect(400)
                            .json()
                            .path("details")
                            .path(path)
                            .path(0)
                            .asString())
                    .isEqualTo(message);
            assertThat(refused.body()).doesNotContain("kg_secret");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'tenants: [&a {name: x}, *a]'",
        "'{a: 1, a: 2}'",
        "'tenants: !!java.net.URL [\"http://localhost\"]'",
        "'- a'",
        "''"
    })
    void yamlIsPlain(String body) {
        put(yaml(body), "?dryRun=true").expect(400);
    }

    /** As with keys: the declaration answers for its own, and leaves what the team has set. */
    @Test
    void aDefaultWebhookIsTheDeclarationsOrTheTeams() {
        TenantOperations tenants = here.bean(TenantOperations.class);
        Actor admin = Actor.byToken("tess");
        apply(json(name, 100));
        tenants.setDefaultWebhook(admin, name, new DefaultWebhookTerms("https://team.example/secret", null));
        String tag = tag();
        apply(json(name, 100));
        assertThat(webhook()).isEqualTo("https://team.example/secret");

        JsonNode planned = team(put(declaring(name), "", "If-Match", tag).expect(200), name);

        assertThat(planned.path("changes").toString())
                .contains("{\"field\":\"defaultWebhook.url\",\"to\":\"https://declared.example/secret\"}");
        assertThat(webhook()).isEqualTo("https://declared.example/secret");
        assertThat(team(put(declaring(name), "", "If-Match", "*").expect(200), name)
                        .path("action")
                        .asString())
                .isEqualTo("NONE");
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> tenants.setDefaultWebhook(admin, name, null))
                .withMessageContaining("is declared");

        apply(json(name, 100));

        assertThat(webhook()).isEmpty();
        apply(declaring(name));
        apply(json("t-" + UUID.randomUUID(), 1));
        assertThat(webhook()).as("withdrawn").isEqualTo("https://declared.example/secret");
        tenants.setDefaultWebhook(admin, name, null);
        assertThat(webhook()).isEmpty();
        assertThat(here.jdbc()
                        .sql("select string_agg(concat(before, after), '') from audit_entry where tenant = ?")
                        .param(name)
                        .query(String.class)
                        .single())
                .contains("https://declared.example/…", "https://team.example/…")
                .doesNotContain("example/secret");
    }

    private String declaring(String team) {
        return json(team, 100)
                .replace(
                        "\"keys\"",
                        "\"default-webhook\": {\"url\": \"https://declared.example/secret\", \"events\": [\"failed\"]}, \"keys\"");
    }

    private String webhook() {
        return here.operator("GET", "/tenants/" + name)
                .json()
                .path("defaultWebhook")
                .path("url")
                .asString("");
    }

    private record Yaml(String text) {}

    private static Yaml yaml(String text) {
        return new Yaml(text);
    }

    private String json(String team, int limit) {
        return """
                {"tenants": [{"name": "%s", "budget": {"period": "MONTH", "limit": %d},
                              "keys": [{"name": "ci", "sha256": "%s"}]}]}
                """.formatted(team, limit, Sha256.hex(key + team)).strip();
    }

    private static void apply(String body) {
        put(body, "", "If-Match", tag()).expect(200);
    }

    private static Answer put(Object body, String query, String... headers) {
        boolean yaml = body instanceof Yaml;
        var request = new Client(URI.create(here.url()).getPort(), null)
                .request("/admin/v1/declaration" + query)
                .header("Authorization", "Bearer " + Replica.TOKEN)
                .header("Content-Type", yaml ? "application/yaml" : "application/json")
                .PUT(BodyPublishers.ofString(yaml ? ((Yaml) body).text() : body.toString()));
        for (int index = 0; index < headers.length; index += 2) {
            request.header(headers[index], headers[index + 1]);
        }
        return Client.send(request);
    }

    private static String tag() {
        return here.operator("GET", "/declaration").expect(200).header("ETag");
    }

    private static JsonNode team(Answer plan, String name) {
        return plan.json()
                .path("tenants")
                .valueStream()
                .filter(team -> team.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private long audited() {
        return here.jdbc()
                .sql("select count(*) from audit_entry where tenant = ?")
                .param(name)
                .query(Long.class)
                .single();
    }
}
