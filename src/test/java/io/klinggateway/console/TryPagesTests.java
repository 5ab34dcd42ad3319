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
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is generated on the page Try, beside its form. */
@ConsoleTest
class TryPagesTests {

    private static final String PAGE = "/console/team/try";
    private static final Pattern ONCE = Pattern.compile("name=\"idempotencyKey\" value=\"([^\"]+)\"");
    private static final Pattern ASKS = Pattern.compile("hx-get=\"/console/team/try/([0-9a-f-]{36})/live\"");
    private static final Pattern CARD = Pattern.compile("<li class=\"card\">");

    private final int port;
    private final JdbcClient database;
    private final Tenants tenants;
    private String key;
    private Tenant tenant;
    private Session team;

    TryPagesTests(Environment environment, JdbcClient database, Tenants tenants) {
        this.port = environment.getRequiredProperty("local.server.port", Integer.class);
        this.database = database;
        this.tenants = tenants;
    }

    @BeforeEach
    void aTeamSignsIn() {
        tenant = tenants.register(
                "p-" + UUID.randomUUID(),
                new Budget(ZoneId.of("UTC"), List.of(new BudgetWindow(PeriodKind.TOTAL, 1, new Credits(100), null))));
        key = newKey("ci");
        team = Session.signedIn("http://localhost:" + port, key);
    }

    private String newKey(String name) {
        String text = "kg_" + UUID.randomUUID() + UUID.randomUUID();
        tenants.registerKey(tenant, name, Sha256.hex(text));
        return text;
    }

    @Test
    void whatIsGeneratedComesBesideTheFormAndIsAskedForUntilItHasEnded() {
        String once = found(ONCE, team.get(PAGE).body());

        String started = generate("a crane", once);
        String job = found(ASKS, started);
        String next = found(ONCE, started);

        assertThat(started)
                .contains("id=\"result\"", "hx-trigger=\"every ", "hx-swap-oob=\"true\"")
                .doesNotContain("<html", "data-view");
        assertThat(cards(started)).as("the newest is among the latest").isOne();
        assertThat(next).isNotEqualTo(once);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !team.get(PAGE + "/" + job + "/live").body().contains("hx-get"));
        assertThat(team.get(PAGE + "/" + job + "/live").body())
                .contains("data-said=\"Completed: 2 images\"", "Image 2 of 2", "Copy link: image 2")
                .contains("id=\"tries\"", "1 of 2")
                .doesNotContain("hx-get", "hx-trigger", "<html");
        HttpResponse<String> signedOut =
                new Session("http://localhost:" + port).get(PAGE + "/" + job + "/live", "HX-Request", "true");
        assertThat(signedOut.statusCode()).isEqualTo(401);
        assertThat(signedOut.headers().firstValue("HX-Redirect").orElseThrow()).startsWith("/console/sign-in");
        assertThat(signedOut.body()).as("no form to sign in beside the other").isEmpty();
    }

    @Test
    void thePressThatComesTwiceStartsOneJobAndTheNextAnother() {
        String once = found(ONCE, team.get(PAGE).body());

        String first = generate("a heron", once);
        generate("a heron", once);
        generate("a heron", found(ONCE, first));

        assertThat(jobs()).isEqualTo(2);
    }

    @Test
    void whatIsRefusedSaysWhyAndKeepsItsKey() {
        String once = found(ONCE, team.get(PAGE).body());

        HttpResponse<String> refused =
                team.post(PAGE + "/run", Map.of("prompt", "a", "n", "9", "idempotencyKey", once));
        String broke = team.post(PAGE + "/run", Map.of("prompt", " ".repeat(3), "n", "1", "idempotencyKey", once))
                .body();

        assertThat(refused.statusCode()).isEqualTo(200);
        assertThat(refused.body())
                .contains("role=\"alert\"", "must be from 1 to 4")
                .doesNotContain("hx-get=");
        assertThat(found(ONCE, refused.body())).isEqualTo(once);
        assertThat(broke).contains("role=\"alert\"", "prompt");
        assertThat(jobs()).isZero();
    }

    @Test
    void whatWaitsHasItsPlaceAndIsCancelledByItsOwnTeam() {
        Session other = Session.signedIn("http://localhost:" + port, RunningGateway.OTHER_KEY);
        other.get(PAGE);
        try (VendorPause _ = VendorPause.begin(database)) {
            String started = generate("a stork", found(ONCE, team.get(PAGE).body()));
            String job = found(ASKS, started);

            assertThat(started)
                    .contains(
                            "It waits in the queue.", "It is next", "4 credits will be returned", "Waits for its turn");
            await("the pause is noticed")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> team.get(PAGE + "/" + job + "/live").body().contains("hx-trigger=\"every 10s\""));
            assertThat(other.get(PAGE + "/" + job + "/live").statusCode()).isEqualTo(404);
            assertThat(other.post(PAGE + "/" + job + "/cancel", Map.of()).statusCode())
                    .isEqualTo(404);

            team.get(PAGE);
            String cancelled = team.post(PAGE + "/" + job + "/cancel", Map.of()).body();

            assertThat(cancelled)
                    .contains("badge cancelled", "Cancelled while it waited in the queue", "id=\"tries\"")
                    .doesNotContain("hx-get", "hx-post");
            assertThat(team.get("/console/team/jobs").body())
                    .as("a card says why there is no picture")
                    .contains("badge cancelled", "Cancelled while it waited in the queue");
        }
    }

    @Test
    void theLatestTenAreThoseOfTheVisitorsKey() {
        Client own = new Client(port, key);
        try (VendorPause _ = VendorPause.begin(database)) {
            new Client(port, newKey("another")).order("\"prompt\":\"of another key\"");
            for (int number = 0; number < 11; number++) {
                own.order("\"prompt\":\"bird " + number + "\"");
            }

            String page = team.get(PAGE).body();

            assertThat(cards(page)).isEqualTo(10);
            assertThat(page).contains("bird 10", "bird 1<").doesNotContain("bird 0", "of another key");
            assertThat(page.indexOf("bird 10")).isLessThan(page.indexOf("bird 9"));
        }
    }

    private String generate(String prompt, String once) {
        HttpResponse<String> answer = team.post(
                PAGE + "/run", Map.of("prompt", prompt, "n", "2", "idempotencyKey", once), "HX-Request", "true");
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    private long jobs() {
        return database.sql("select count(*) from generation where tenant_id = ?")
                .param(tenant.id().value())
                .query(Long.class)
                .single();
    }

    private static long cards(String page) {
        return CARD.matcher(page).results().count();
    }

    private static String found(Pattern pattern, String page) {
        return pattern.matcher(page)
                .results()
                .map(match -> match.group(1))
                .findFirst()
                .orElseThrow(() -> new AssertionError(pattern + " is not on\n" + page));
    }
}
