package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.running.Client;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Tables in the order that their address asks for, the audit in sentences, what a key may spend, and the pages' colours. */
@ConsoleTest
@Timeout(90)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ListPagesTests {

    private static final String TEAMS = "/console/operator/tenants";
    private static final String AUDIT = "/console/operator/audit?tenant=";

    @LocalServerPort
    private int port;

    @Autowired
    private Tenants tenants;

    private final String name = "list-" + UUID.randomUUID().toString().substring(0, 8);
    private final String secret = "kg_" + UUID.randomUUID() + UUID.randomUUID();
    private Tenant tenant;
    private Session operator;

    @BeforeAll
    void aTeamWithAKey() {
        tenant = team(name, 100);
        tenants.registerKey(tenant, "ci", Sha256.hex(secret));
        operator = Session.signedIn(url(), ConsoleTest.TOKEN);
    }

    private Tenant team(String called, long limit) {
        return tenants.register(
                called,
                new Budget(ZoneId.of("UTC"), List.of(new BudgetWindow(PeriodKind.TOTAL, 1, new Credits(limit), null))));
    }

    @Test
    void teamsStandByTheirUseUnlessAskedOtherwise() {
        String prefix = name + "-use-";
        team(prefix + "a", 50);
        team(prefix + "b", 500);
        team(prefix + "c", 1_000);
        operator.get(TEAMS + "/" + prefix + "b");
        assertThat(operator.post(
                                TEAMS + "/" + prefix + "b/credits",
                                Map.of("kind", "adjust", "credits", "400", "reason", "a test"))
                        .statusCode())
                .isEqualTo(302);
        String find = TEAMS + "?find=" + prefix.toUpperCase(Locale.ROOT);

        assertThat(teams(find)).containsExactly(prefix + "b", prefix + "a", prefix + "c");
        assertThat(teams(find + "&sort=name")).containsExactly(prefix + "a", prefix + "b", prefix + "c");
        assertThat(teams(find + "&sort=-name")).containsExactly(prefix + "c", prefix + "b", prefix + "a");
        assertThat(teams(find + "&sort=left")).containsExactly(prefix + "a", prefix + "b", prefix + "c");
        assertThat(operator.get(find + "&sort=left").body())
                .containsOnlyOnce("aria-sort=\"ascending\"")
                .contains("<a href=\"" + TEAMS + "?find=" + prefix + "&amp;sort=-left\">Left</a>")
                .contains("data-label=\"Left\"");
        assertThat(teams(find + "&sort=nonsense")).isEqualTo(teams(find));
    }

    private List<String> teams(String page) {
        return Pattern.compile("<th scope=\"row\"><a href=\"" + TEAMS + "/([^\"]+)\"")
                .matcher(operator.get(page).body())
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @Test
    void theAuditReadsAsSentencesAndIsFiltered() {
        String team = TEAMS + "/" + team(name + "-audited", 5).name();
        operator.get(team);
        operator.post(team + "/limits", Map.of("requestsPerMinute", "9"));
        operator.post(team + "/credits", Map.of("kind", "grant", "credits", "12", "reason", "a test"));
        operator.post(team + "/keys/new", Map.of("name", "web"));
        String audit = AUDIT + name + "-audited";

        assertThat(sentences(audit))
                .containsExactly(
                        "operator alice issued key web for " + name + "-audited",
                        "operator alice granted 12 credits to " + name + "-audited",
                        "operator alice changed limits of " + name + "-audited");
        assertThat(sentences(audit + "&about=key&actor=ALICE"))
                .hasSize(1)
                .first()
                .asString()
                .contains("issued");
        assertThat(sentences(audit + "&actor=nobody")).isEmpty();
        assertThat(sentences(audit + "&to=2020-01-01")).isEmpty();
        assertThat(sentences(audit + "&from=2020-01-01")).hasSize(3);
    }

    private List<String> sentences(String page) {
        return Pattern.compile("<h2 class=\"sentence\">(.*?)</h2>", Pattern.DOTALL)
                .matcher(operator.get(page).body())
                .results()
                .map(found -> found.group(1).replaceAll("<[^>]+>", "").replaceAll("\\s+", " "))
                .toList();
    }

    @Test
    void aKeysLimitIsChangedBesideItsJobs() {
        String page = "/console/operator/find?team=" + name.toUpperCase(Locale.ROOT) + "&key=CI";
        String found = operator.get(page).body();
        var form = Pattern.compile("action=\"(" + TEAMS + "/" + name + "/keys/[^\"]+/budget)\"")
                .matcher(found);
        assertThat(form.find()).as(found).isTrue();
        assertThat(found).contains("It has no limit of its own");

        assertThat(operator.post(
                                form.group(1),
                                Map.of("budget.windows[0].period", "DAY", "budget.windows[0].limit", "none"))
                        .statusCode())
                .isEqualTo(400);
        HttpResponse<String> changed =
                operator.post(form.group(1), Map.of("budget.windows[0].period", "DAY", "budget.windows[0].limit", "1"));
        assertThat(changed.headers().firstValue("Location").orElse(""))
                .endsWith("/console/operator/find?team=" + name + "&key=ci&done=key-budget");
        assertThat(operator.get(page).body()).contains("Limit per day", "value=\"1\"", "1 credits per day");
        assertThat(new Client(port, secret)
                        .post("/v2/images/generate", "{\"model\":\"kling-image\",\"prompt\":\"x\"}")
                        .status())
                .isEqualTo(402);
        operator.post(
                form.group(1),
                Map.of(
                        "budget.windows[0].period",
                        "DAY",
                        "budget.windows[0].firstDay",
                        "1",
                        "budget.windows[0].limit",
                        ""));
        assertThat(operator.get(page).body()).contains("It has no limit of its own");
        assertThat(operator.get(TEAMS + "/" + name + "/keys/" + UUID.randomUUID() + "/budget")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void aDeclaredKeyIsLimitedWhereItIsDeclared() {
        assertThat(operator.get("/console/operator/find?team=alpha&key=test").body())
                .contains("its limit is changed there")
                .doesNotContain("/budget\"");
    }

    @Test
    void theColoursAreKeptByTheBrowser() {
        Session visitor = Session.signedIn(url(), ConsoleTest.TOKEN);
        assertThat(visitor.get("/console/operator").body()).contains("data-theme=\"system\"");
        assertThat(visitor.get(TEAMS + "?sort=name").body())
                .contains("name=\"page\" value=\"" + TEAMS + "?sort=name\"");
        HttpResponse<String> dark =
                visitor.post("/console/theme", Map.of("theme", "dark", "page", TEAMS + "?sort=name"));
        assertThat(dark.headers().firstValue("Location").orElse("")).endsWith(TEAMS + "?sort=name");
        assertThat(visitor.get("/console/operator").body()).contains("data-theme=\"dark\"");
        HttpResponse<String> elsewhere = visitor.post(
                "/console/theme", Map.of("theme", "<i>", "page", "https://elsewhere.example/console/team"));
        assertThat(elsewhere.headers().firstValue("Location").orElse("")).endsWith("/console");
        assertThat(visitor.get("/console/operator").body()).contains("data-theme=\"system\"");

        Session anybody = new Session(url());
        anybody.get("/console/sign-in");
        String signIn = "/console/sign-in?next=%2Fconsole%2Fteam%2Fjobs";
        assertThat(anybody.post("/console/theme", Map.of("theme", "light", "page", signIn))
                        .headers()
                        .firstValue("Location")
                        .orElse(""))
                .endsWith(signIn);
        assertThat(anybody.get("/console/sign-in").body()).contains("data-theme=\"light\"");
    }

    /** It cannot be gone back to: a switch of colours would throw away what was answered, and what was typed. */
    @Test
    void whatAnswersAFormHasNoSwitchOfColours() {
        operator.get(TEAMS + "/" + name);
        HttpResponse<String> refused = operator.post(TEAMS + "/" + name + "/limits", Map.of("weight", "none"));

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("</html>").doesNotContain("/console/theme");
    }

    @Test
    void assetsAreZippedForWhoTakesThem() throws IOException, InterruptedException {
        var style = Pattern.compile("href=\"([^\"]+console\\.css)\"")
                .matcher(operator.get("/console/operator").body());
        assertThat(style.find()).isTrue();
        HttpResponse<byte[]> plain = asset(style.group(1), "identity");
        HttpResponse<byte[]> refused = asset(style.group(1), "gzip;q=0");
        HttpResponse<byte[]> zipped = asset(style.group(1), "br, gzip;q=0.8");

        assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(refused.body()).isEqualTo(plain.body());
        assertThat(zipped.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(zipped.headers().firstValue("Vary").orElse("")).contains("Accept-Encoding");
        assertThat(zipped.body().length).isLessThan(plain.body().length / 2);
        try (var unzipped = new GZIPInputStream(new ByteArrayInputStream(zipped.body()))) {
            assertThat(new String(unzipped.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(new String(plain.body(), StandardCharsets.UTF_8));
        }
    }

    private HttpResponse<byte[]> asset(String path, String encoding) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create(url() + path))
                            .header("Accept-Encoding", encoding)
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    private String url() {
        return "http://localhost:" + port;
    }
}
