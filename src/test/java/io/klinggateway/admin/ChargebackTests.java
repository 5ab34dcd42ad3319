package io.klinggateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.running.Answer;
import io.klinggateway.simulator.SimulatedApiframe;
import java.time.Duration;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What finance reads: the same numbers for the team and for the operators, in credits and in money. */
class ChargebackTests {

    /** Where tomorrow begins when it is 10:00 in UTC. */
    private static final ZoneId ISLANDS = ZoneId.of("Pacific/Kiritimati");

    private static SimulatedApiframe vendor;
    private static Replica gateway;

    @BeforeAll
    static void start() {
        vendor = SimulatedApiframe.builder()
                .port(0)
                .queuedFor(Duration.ZERO)
                .processingFor(Duration.ZERO)
                .build()
                .start();
        gateway = Replica.start(TestDatabase.migrated(), vendor.baseUrl(), settings());
    }

    private static Map<String, Object> settings() {
        Map<String, Object> settings = new java.util.HashMap<>(Replica.withOperators());
        settings.putAll(Map.of(
                "gateway.prices[0].effective-from", "2020-01-01",
                "gateway.prices[0].per-credit", "0.0125",
                "gateway.prices[0].currency", "EUR"));
        return settings;
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    @Test
    void twoReadersOfAMonthSeeTheSameNumber() {
        String key = newTeam("readers");
        spend(key, 3, "project=spring");
        spend(key, 1, "project=autumn");
        String month = YearMonth.now(ISLANDS).toString();
        String range = "from=" + month + "-01&groupBy=month,label:project";

        Answer own = gateway.tenant(key, "GET", "/v2/usage?" + range).expect(200);
        Answer operators =
                gateway.operator("GET", "/usage?tenant=readers&" + range).expect(200);

        assertThat(operators.json()).isEqualTo(own.json());
        assertThat(own.text("zone")).isEqualTo("Pacific/Kiritimati");
        assertThat(own.text("currency")).isEqualTo("EUR");
        assertThat(own.json().path("rows").toString()).isEqualTo("""
                [{"month":"%1$s","closed":false,"labels":{"project":"autumn"},\
                "generations":1,"images":1,"credits":2,"failures":0,"failedImages":0,"cost":"0.03"},\
                {"month":"%1$s","closed":false,"labels":{"project":"spring"},\
                "generations":1,"images":3,"credits":6,"failures":0,"failedImages":0,"cost":"0.08"}]\
                """.formatted(month));
        assertThat(own.json().path("totals").toString())
                .isEqualTo(
                        "{\"generations\":2,\"images\":4,\"credits\":8,\"failures\":0,\"failedImages\":0,\"cost\":\"0.10\"}");
        assertThat(own.number("totals", "credits"))
                .isEqualTo(gateway.operator("GET", "/tenants/readers").number("balance", "captured"));
    }

    @Test
    void aNamedZoneHoldsForBothAndAllTeamsTogetherAreReadInUtc() {
        String key = newTeam("zones");
        spend(key, 1, "project=spring");
        String from = LocalDate.now(ZoneOffset.UTC).minusDays(2).toString();
        String range = "groupBy=day&zone=America/New_York&from=" + from;

        Answer own = gateway.tenant(key, "GET", "/v2/usage?" + range).expect(200);

        assertThat(gateway.operator("GET", "/usage?tenant=zones&" + range).json())
                .isEqualTo(own.json());
        assertThat(own.text("zone")).isEqualTo("America/New_York");
        assertThat(own.json().path("rows").path(0).path("day").asString())
                .isEqualTo(LocalDate.now(ZoneId.of("America/New_York")).toString());
        assertThat(gateway.tenant(key, "GET", "/v2/usage?groupBy=day&from=" + from)
                        .json()
                        .path("rows")
                        .path(0)
                        .path("day")
                        .asString())
                .isEqualTo(LocalDate.now(ISLANDS).toString());
        assertThat(gateway.operator("GET", "/usage?from=" + from).text("zone")).isEqualTo("UTC");
    }

    @Test
    void theFileIsNamedAfterTeamAndRangeAndHasTheCostCentre() {
        String key = newTeam("filed");
        gateway.operator("PATCH", "/tenants/filed", "{\"costCentre\": \"=4711, \\\"Film\\\"\"}")
                .expect(200);
        spend(key, 2, "project=spring");
        LocalDate today = LocalDate.now(ISLANDS);
        String range = "format=csv&from=" + today.minusDays(1) + "&to=" + today;

        Answer own = gateway.tenant(key, "GET", "/v2/usage?groupBy=day,label:project&" + range)
                .expect(200);
        Answer all = gateway.operator("GET", "/usage?" + range).expect(200);

        String days = today.minusDays(1) + "-to-" + today + ".csv\"";
        assertThat(own.header("Content-Disposition")).isEqualTo("attachment; filename=\"usage-filed-" + days);
        assertThat(all.header("Content-Disposition")).isEqualTo("attachment; filename=\"usage-all-teams-" + days);
        assertThat(own.body()).isEqualTo("""
                day,label:project,costCentre,generations,images,credits,failures,failedImages,cost,currency,zone\r
                %s,spring,"'=4711, ""Film""\",1,2,4,0,0,0.05,EUR,Pacific/Kiritimati\r
                """.formatted(today));
    }

    @Test
    void aCostCentreIsGivenShownChangedAndTakenAway() {
        Answer created = gateway.operator("POST", "/tenants", """
                {"name": "centred", "budget": {"period": "MONTH", "limit": 10}, "costCentre": "CC 4711 – Film"}
                """).expect(201);
        assertThat(created.text("costCentre")).isEqualTo("CC 4711 – Film");

        gateway.operator("PATCH", "/tenants/centred", "{\"limits\": {\"weight\": 2}}")
                .expect(200);
        assertThat(gateway.operator("GET", "/tenants/centred").text("costCentre"))
                .isEqualTo("CC 4711 – Film");
        gateway.operator("PATCH", "/tenants/centred", "{\"costCentre\": \"4712\"}")
                .expect(200);
        assertThat(changes("centred", 2)
                        .getLast()
                        .path("after")
                        .path("costCentre")
                        .asString())
                .isEqualTo("4712");
        Answer without = gateway.operator("PATCH", "/tenants/centred", "{\"costCentre\": null}");
        assertThat(without.expect(200).json().path("costCentre").isNull()).isTrue();
    }

    /** Entries appear when all transactions that began before theirs have ended. */
    private static List<JsonNode> changes(String tenant, int entries) {
        Replica.await(() -> changes(tenant).size(), entries);
        return changes(tenant);
    }

    private static List<JsonNode> changes(String tenant) {
        return gateway.operator("GET", "/audit?tenant=" + tenant)
                .json()
                .path("items")
                .valueStream()
                .filter(entry -> entry.path("action").asString().equals("tenant.change"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                " 4711",
                "4711 ",
                "47\\n11",
                "\\u200b",
                "12345678901234567890123456789012345678901234567890123456789012345"
            })
    void aCostCentreIsVisible(String costCentre) {
        Answer refused =
                gateway.operator("POST", "/tenants", """
                {"name": "unseen", "budget": {"period": "MONTH", "limit": 10}, "costCentre": "%s"}
                """.formatted(costCentre)).expect(400);

        assertThat(refused.json().path("details").path("costCentre").path(0).asString(""))
                .startsWith("must be 1 to 64 visible characters; spaces may stand between them");
    }

    @Test
    void operatorsSeeAGenerationsLabels() {
        String key = newTeam("labelled");
        spend(key, 1, "project=spring");

        assertThat(gateway.operator("GET", "/generations?tenant=labelled")
                        .json()
                        .path("items")
                        .path(0)
                        .path("labels")
                        .toString())
                .isEqualTo("{\"project\":\"spring\"}");
    }

    @Test
    void aTeamThatIsNotThereHasNoReport() {
        gateway.operator("GET", "/usage?tenant=nobody").expect(404);
    }

    private static String newTeam(String name) {
        gateway.createTenant(
                name, "{\"period\": \"TOTAL\", \"limit\": 1000, \"timeZone\": \"Pacific/Kiritimati\"}", "{}");
        return gateway.createKey(name);
    }

    private static void spend(String key, int images, String labels) {
        String job = gateway.tenant(
                        key, "POST", "/v2/images/generate", Replica.image(images), "X-Gateway-Labels", labels)
                .expect(202)
                .text("jobId");
        gateway.awaitStatus(key, job, "COMPLETED");
    }
}
