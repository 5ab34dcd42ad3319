package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.running.Client;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Usage as teams and operators look at it, against what the API says of the same days. */
@ConsoleTest
@Timeout(90)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UsagePagesTests {

    private static final ZoneId AUCKLAND = ZoneId.of("Pacific/Auckland");
    private static final Pattern ROW = Pattern.compile("<tr>\\s*<th scope=\"row\">.*?</tr>", Pattern.DOTALL);
    private static final Pattern TAG = Pattern.compile("<[^>]*>");

    @LocalServerPort
    private int port;

    @Autowired
    private Tenants tenants;

    @Autowired
    private JdbcClient database;

    private Tenant tenant;
    private Session team;
    private Session operator;
    private Client client;

    /** Two keys, 6 and 2 credits now; the month before, the first had spent 4 on its first day. */
    @BeforeAll
    void aTeamSpends() {
        tenant = tenants.register(
                "u-" + UUID.randomUUID(),
                new Budget(AUCKLAND, List.of(new BudgetWindow(PeriodKind.TOTAL, 1, new Credits(100), null))));
        String ci = key("ci");
        String web = key("web");
        client = new Client(port, ci);
        String first = client.order("\"prompt\":\"a fox\",\"klingImageParams\":{\"n\":3}");
        Client other = new Client(port, web);
        String second = other.order("\"prompt\":\"a hen\"");
        client.await(first, "COMPLETED");
        other.await(second, "COMPLETED");
        database.sql("insert into spend_day (tenant_id, day, key_id, time_zone, credits, images, generations)"
                        + " select tenant_id, :day, key_id, time_zone, 4, 2, 1 from spend_day where tenant_id = :tenant"
                        + " and credits = 6")
                .param("tenant", tenant.id().value())
                .param("day", thisMonth().minusMonths(1).atDay(1))
                .update();
        team = Session.signedIn(url(), ci);
        operator = Session.signedIn(url(), ConsoleTest.TOKEN);
    }

    /** Others look whether the days add up to the journal. */
    @AfterAll
    void takeBackWhatWasSpentByHand() {
        database.sql("delete from spend_day where tenant_id = :tenant and day = :day")
                .param("tenant", tenant.id().value())
                .param("day", thisMonth().minusMonths(1).atDay(1))
                .update();
    }

    @Test
    void aTeamSeesWhichOfItsKeysSpentHowMuchAndAgainstTheMonthBefore() {
        String page = team.get("/console/team/usage").body();

        assertThat(rows(page)).containsExactly("ci 6 75 % +50 % 3 0", "web 2 25 % new 1 0", "Total 8 +100 % 4 0");
        assertThat(page)
                .contains("Days in Pacific/Auckland", "by day", "data-value=\"6\"")
                .contains("/console/team/find?from=" + thisMonth().atDay(1) + "&amp;to=" + today() + "&amp;key=ci")
                .contains("month=" + thisMonth().minusMonths(1))
                .doesNotContain("month=" + thisMonth().plusMonths(1));
        assertThat(rows(team.get("/console/team/usage?month=" + thisMonth().minusMonths(1))
                        .body()))
                .containsExactly("ci 4 100 % new 2 0", "Total 4 new 2 0");
    }

    @Test
    void theCsvHasWhatIsShown() {
        String page = team.get("/console/team/usage").body();
        String csv = team.get(link(page, "CSV")).body();
        String byDay = team.get(link(page, "CSV by day")).body();

        assertThat(csv.split("\r\n"))
                .containsExactly(
                        "key,costCentre,generations,images,credits,failures,failedImages,zone",
                        "ci,,1,3,6,0,0,Pacific/Auckland",
                        "web,,1,1,2,0,0,Pacific/Auckland");
        assertThat(byDay).startsWith("key,day,").contains("ci," + today() + ",").contains("web," + today() + ",");
        JsonNode api = client.get("/v2/usage?groupBy=key").json();
        assertThat(api.path("totals").path("credits").longValue()).isEqualTo(8);
    }

    @Test
    void anOperatorComesFromTheOverviewToTheKeyInTwoClicks() {
        String overview = operator.get("/console/operator").body();
        assertThat(overview)
                .contains("href=\"/console/operator/usage\"", "data-link=\"/console/operator/usage?team=\"");

        String all = operator.get("/console/operator/usage").body();
        assertThat(all).contains("Days in UTC", ">" + tenant.name() + "</a>");
        String one = operator.get("/console/operator/usage?team=" + tenant.name() + "&month=" + thisMonth())
                .body();

        assertThat(rows(one)).contains("ci 6 75 % +50 % 3 0");
        assertThat(one)
                .contains("Days in Pacific/Auckland")
                .contains("/console/operator/find?team=" + tenant.name() + "&amp;from=", "&amp;key=ci\"");
        assertThat(operator.get("/console/operator/usage?by=key").body()).contains(tenant.name() + "/ci");
        assertThat(operator.get("/console/operator/usage?team=no-such-team").statusCode())
                .isEqualTo(404);
    }

    @Test
    void spendIsAlsoByModelAndLabelAndOfAnyDays() {
        assertThat(rows(team.get("/console/team/usage?by=model").body())).contains("kling-v1 8 100 % new 4 0");
        assertThat(rows(team.get("/console/team/usage?by=label&label=project").body()))
                .contains("(without) 8 100 % new 4 0");
        String year = team.get("/console/team/usage?from=" + today().minusDays(365) + "&to=" + today())
                .body();
        assertThat(rows(year)).contains("ci 10 83 % new 5 0");
        assertThat(year).contains("data-unit=\"month\"", "CSV by month");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"month=2026-13", "month=9999-01", "from=yesterday", "from=2026-02-02&to=2026-02-01", "by=label"})
    void whatCannotBeShownIsSaidAndThisMonthIsShown(String query) {
        var answer = team.get("/console/team/usage?" + query);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("role=\"alert\"");
        assertThat(rows(answer.body())).contains("ci 6 75 % +50 % 3 0");
    }

    @Test
    void anotherTeamSeesNothingOfIt() {
        Session other = Session.signedIn(url(), RunningGateway.OTHER_KEY);
        assertThat(other.get("/console/team/usage?team=" + tenant.name() + "&by=tenant")
                        .body()
                        .replaceFirst("name=\"page\" value=\"[^\"]*\"", "its own address"))
                .doesNotContain(tenant.name());
        assertThat(other.get("/console/operator/usage").statusCode()).isEqualTo(403);
        assertThat(other.get("/console/team/usage/csv?groupBy=tenant&from=2026-01-01&to=2026-01-02")
                        .statusCode())
                .isEqualTo(400);
    }

    private String url() {
        return "http://localhost:" + port;
    }

    private static LocalDate today() {
        return LocalDate.now(AUCKLAND);
    }

    private static YearMonth thisMonth() {
        return YearMonth.from(today());
    }

    private String key(String name) {
        String key = "kg_" + UUID.randomUUID() + UUID.randomUUID();
        tenants.registerKey(tenant, name, Sha256.hex(key));
        return key;
    }

    /** The words of the table's rows. */
    private static List<String> rows(String page) {
        String table = page.substring(page.indexOf("aria-labelledby=\"lines\""));
        return ROW.matcher(table)
                .results()
                .map(row -> TAG.matcher(row.group()).replaceAll(" ").strip().replaceAll("\\s+", " "))
                .collect(Collectors.toList());
    }

    private static String link(String page, String words) {
        var link = Pattern.compile("href=\"([^\"]+)\">" + words + "</a>").matcher(page);
        assertThat(link.find()).as(words).isTrue();
        return link.group(1).replace("&amp;", "&");
    }
}
