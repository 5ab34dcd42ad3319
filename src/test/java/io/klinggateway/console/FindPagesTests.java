package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.running.Client;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the search box finds, for a team and for operators. */
@ConsoleTest
@Timeout(90)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FindPagesTests {

    private static final String FIND = "/console/team/find?q=";
    private static final String OPERATORS_FIND = "/console/operator/find?q=";

    @LocalServerPort
    private int port;

    @Autowired
    private Tenants tenants;

    @Autowired
    private JdbcClient database;

    private final String word = "w" + UUID.randomUUID().toString().substring(0, 8);
    private Tenant tenant;
    private Session team;
    private Session operator;
    private Session other;
    private String fox;
    private String hen;
    private String odd;

    @BeforeAll
    void aTeamHasJobsOfTwoKeys() {
        tenant = tenants.register(
                "find-" + UUID.randomUUID(),
                new Budget(ZoneOffset.UTC, List.of(new BudgetWindow(PeriodKind.TOTAL, 1, new Credits(100), null))));
        String ci = key("ci");
        Client client = new Client(port, ci);
        fox = client.post(
                        "/v2/images/generate",
                        "{\"model\":\"kling-image\",\"prompt\":\"A red Fox, " + word + " in fresh snow\"}",
                        "X-Gateway-Labels",
                        "project=spring")
                .expect(202)
                .text("jobId");
        odd = client.order("\"prompt\":\"odd \\u0000 \\\\u0000 " + word + "\"");
        hen = new Client(port, key("web"))
                .order("\"prompt\":\"a hen\",\"klingImageParams\":{\"model_name\":\"kling-v2\"}");
        new Client(port, RunningGateway.OTHER_KEY).order("\"prompt\":\"the other team's " + word + "\"");
        client.await(fox, "COMPLETED");
        team = Session.signedIn(url(), ci);
        other = Session.signedIn(url(), RunningGateway.OTHER_KEY);
        operator = Session.signedIn(url(), ConsoleTest.TOKEN);
        await().atMost(Duration.ofSeconds(20))
                .until(() ->
                        found(team, word).contains(fox) && found(other, word).contains("the other team"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fox", "FOX red", "snow fre", "a fox, in snow"})
    void aTeamFindsItsJobsByWordsOfTheirPromptsInAnyCase(String words) {
        assertThat(found(team, words)).contains(fox, "A red Fox").doesNotContain(hen);
        assertThat(found(other, words)).doesNotContain(fox);
    }

    @Test
    void noTeamFindsAnothersPrompts() {
        assertThat(found(team, word)).contains(fox).doesNotContain("the other team");
        assertThat(found(other, word)).contains("the other team").doesNotContain(fox, odd);
        assertThat(found(team, tenant.id().toString())).contains("No such jobs");
        assertThat(found(team, "hyena")).contains("No such jobs");
        assertThat(found(team, "' | & ! :* <->")).contains("id=\"jobs\"");
    }

    /** PostgreSQL has no text with a NUL in it. */
    @Test
    void aPromptThatCannotBeIndexedIsStillListed() {
        assertThat(team.get("/console/team/find?key=ci").body()).contains(fox, odd);
    }

    @Test
    void anIdLeadsToItsJobAndItsBeginningToTheList() {
        assertThat(location(team.get(FIND + hen.toUpperCase(java.util.Locale.ROOT))))
                .endsWith("/console/team/jobs/" + hen);
        assertThat(location(operator.get(OPERATORS_FIND + hen))).endsWith("/console/operator/jobs/" + hen);
        String vendors = database.sql("select upstream_job_id from generation where id = :id")
                .param("id", UUID.fromString(fox))
                .query(String.class)
                .single();
        assertThat(location(operator.get(OPERATORS_FIND + vendors))).endsWith("/console/operator/jobs/" + fox);
        assertThat(found(team, hen.substring(0, 13) + "…")).contains(hen);
        assertThat(operator.get(OPERATORS_FIND + hen.substring(0, 18)).body()).contains(hen);
        assertThat(found(other, hen)).doesNotContain("/jobs/" + hen);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "find?q=%00",
                "find?q=%00a&key=%00&model=%00&label=%00",
                "usage?label=%00&by=label&month=%00",
                "find?cursor=%00"
            })
    void noCharacterIsTooMuch(String page) {
        assertThat(team.get("/console/team/" + page).statusCode()).isEqualTo(200);
        assertThat(operator.get("/console/operator/" + page).statusCode()).isEqualTo(200);
        assertThat(operator.get("/console/operator/deliveries?team=%00").body()).contains("There is no team");
    }

    /** What is in review is open to its team. */
    @Test
    void aTeamDoesNotLearnWhatIsInReview() {
        assertThat(location(team.get("/console/team/find?key=ci&state=in_REVIEW")))
                .endsWith("/console/team/find?key=ci&state=open");
    }

    @Test
    void filtersStandInTheAddress() {
        String list = "/console/operator/find?team=" + tenant.name();
        assertThat(operator.get(list).body()).contains(fox, hen, odd).doesNotContain("A red Fox");
        assertThat(operator.get(list + "&key=web").body()).contains(hen).doesNotContain(fox);
        assertThat(operator.get(list + "&model=kling-v2").body()).contains(hen).doesNotContain(fox);
        assertThat(operator.get(list + "&label=project:spring").body())
                .contains(fox)
                .doesNotContain(hen);
        assertThat(operator.get(list + "&label=project:spring&key=web").body()).doesNotContain(fox, hen);
        assertThat(operator.get(list + "&state=failed").body()).contains("No such jobs");
        assertThat(operator.get(list + "&to=" + LocalDate.now(ZoneOffset.UTC).minusDays(1))
                        .body())
                .contains("No such jobs");
        assertThat(operator.get("/console/operator/find?key=web&from=" + LocalDate.now(ZoneOffset.UTC))
                        .body())
                .contains(hen)
                .doesNotContain(fox);
        assertThat(operator.get("/console/operator/find?model=kling-v2&from=" + LocalDate.now(ZoneOffset.UTC))
                        .body())
                .contains(hen)
                .doesNotContain(fox);
        assertThat(team.get("/console/team/find?label=project:spring&state=completed")
                        .body())
                .contains(fox, "value=\"project:spring\"")
                .doesNotContain(hen);
        assertThat(team.get("/console/team/find?state=open&key=web&q=hyena").body())
                .doesNotContain(fox);
        assertThat(team.get("/console/team/find?label=spring&from=soon").body()).contains("role=\"alert\"", fox);
    }

    /** However many there are between it and the next one of its kind. */
    @Test
    void whatIsRareIsLookedForAStretchAtATime() {
        try {
            database.sql("""
                            insert into generation (id, tenant_id, key_id, state, acknowledged, admitted_by, request_hash,
                                                    model_name, images, quoted_credits, captured_credits, upstream,
                                                    upstream_job_id, created_at, completed_at)
                            select gen_random_uuid(), :tenant, gen_random_uuid(), 'COMPLETED', true, gen_random_uuid(), '',
                                   'kling-v1', 1, 2, 0, 'another', gen_random_uuid(), at, at
                              from (select gateway_now() - n * interval '1 minute' as at
                                      from generate_series(10, 5100) n) times
                            """).param("tenant", tenant.id().value()).update();
            String list = "/console/operator/find?team=" + tenant.name() + "&state=completed&model=";
            assertThat(operator.get(list + "kling-v1-5").body())
                    .contains("No such jobs so far", "Look further back")
                    .doesNotContain("id=\"limit\"");
            var further = java.util.regex.Pattern.compile("href=\"([^\"]+cursor=[^\"]+)\">Look further back")
                    .matcher(operator.get(list + "KLING-V1-5").body());
            assertThat(further.find()).isTrue();
            assertThat(operator.get(further.group(1).replace("&amp;", "&")).body())
                    .contains("No such jobs.")
                    .doesNotContain("Look further back");
            assertThat(operator.get(list + "kling-v1").body())
                    .contains("rel=\"next\"")
                    .doesNotContain("Look further back");
            assertThat(operator.get("/console/operator/find?state=failed&team=" + tenant.name())
                            .body())
                    .contains("No such jobs.")
                    .doesNotContain("Look further back");
        } finally {
            database.sql("delete from generation where tenant_id = :tenant and upstream = 'another'")
                    .param("tenant", tenant.id().value())
                    .update();
        }
    }

    /** The newest 10,000 prompts are read for words that many have, 50,000 if more is asked for; the others have an index. */
    @Test
    void wordsAreFoundHoweverManyPromptsThereAre() {
        try {
            database.sql("""
                            with made as (
                                insert into generation (id, tenant_id, key_id, state, acknowledged, admitted_by, request_hash,
                                                        model_name, images, quoted_credits, captured_credits, upstream,
                                                        upstream_request, upstream_job_id, created_at, completed_at)
                                select gen_random_uuid(), :tenant, gen_random_uuid(), 'COMPLETED', true, gen_random_uuid(), '',
                                       'kling-v1', 1, 2, 0, 'another',
                                       convert_to('{"prompt":"a meadow' || case when n = 50100 then ' with a zebra-striped tent'
                                           when n % 2 = 0 then ' in red' else ' in green' end
                                           || '"}', 'UTF8'),
                                       gen_random_uuid(), at, at
                                  from (select n, gateway_now() - n * interval '1 minute' as at
                                          from generate_series(10, 50100) n) times
                                returning tenant_id, created_at, id, upstream_request)
                            insert into generation_prompt (tenant_id, created_at, generation_id, words)
                            select tenant_id, created_at, id, prompt_words(tenant_id, upstream_request) from made
                            """).param("tenant", tenant.id().value()).update();
            database.sql("analyze generation, generation_prompt").update();

            assertThat(team.get(FIND + "zebra").body()).contains("a meadow with a zebra-striped tent");
            assertThat(team.get(FIND + "meadow+zebra&model=kling-v1").body())
                    .contains("a meadow with a zebra-striped tent");
            assertThat(team.get(FIND + "mead").body()).contains("rel=\"next\"").doesNotContain("Look further back");
            assertThat(team.get(FIND + "mead&state=failed").body())
                    .contains("No such jobs so far", "Look further back");
            assertThat(team.get(FIND + "zebra-str").body()).contains("a meadow with a zebra-striped tent");
            assertThat(team.get(FIND + "red+ed").body()).contains("No such jobs.");
            assertThat(team.get(FIND + "red+green").body()).contains("No such jobs.");
            assertThat(team.get(FIND + "tent+mead&state=completed").body()).doesNotContain("Look further back");
            assertThat(team.get(FIND + "!!").body()).contains("No such jobs.");
        } finally {
            database.sql("""
                            with gone as (
                                delete from generation where tenant_id = :tenant and upstream = 'another' returning id)
                            delete from generation_prompt where generation_id in (select id from gone)
                            """).param("tenant", tenant.id().value()).update();
        }
    }

    @Test
    void operatorsFindTeamsKeysAndRequests() {
        HttpResponse<String> asked = operator.post(
                "/console/operator/tenants/" + tenant.name() + "/cost-centre", Map.of("costCentre", "4711"));
        assertThat(asked.statusCode()).as(asked.body()).isEqualTo(302);
        String request = asked.headers().firstValue("X-Request-Id").orElseThrow();

        assertThat(operator.get(OPERATORS_FIND + tenant.name().toUpperCase(java.util.Locale.ROOT))
                        .body())
                .contains(">" + tenant.name() + "</a>")
                .doesNotContain(fox);
        assertThat(operator.get(OPERATORS_FIND + "web").body()).contains(">" + tenant.name() + "/web</a>");
        assertThat(operator.get(OPERATORS_FIND + request).body()).contains("of this request", "tenant.");
        assertThat(operator.get(OPERATORS_FIND + word).body()).doesNotContain(fox);
        assertThat(team.get(FIND + "web").body()).contains("/console/team/find?key=web");
        assertThat(other.get(FIND + "web").body()).doesNotContain("/console/team/find?key=web");
        assertThat(other.get("/console/operator/find").statusCode()).isEqualTo(403);
    }

    private String url() {
        return "http://localhost:" + port;
    }

    private String key(String name) {
        String key = "kg_" + UUID.randomUUID() + UUID.randomUUID();
        tenants.registerKey(tenant, name, Sha256.hex(key));
        return key;
    }

    private static String found(Session session, String words) {
        return session.get(FIND + URLEncoder.encode(words, StandardCharsets.UTF_8))
                .body();
    }

    private static String location(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
        return answer.headers().firstValue("Location").orElseThrow();
    }
}
