package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a team sees of its budget's end, before it comes and after. */
@ConsoleTest
@Timeout(60)
class TeamBudgetTests {

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    private final String team = "t-" + UUID.randomUUID();
    private String key = "";
    private boolean spentByHand;

    @BeforeEach
    void newTeam() {
        operator("/tenants", """
                {"name": "%s", "budget": {"period": "TOTAL", "limit": 40, "timeZone": "UTC"}}
                """.formatted(team));
        key = operator("/tenants/" + team + "/keys", "{\"name\": \"ci\"}").text("key");
    }

    /** What was spent by hand is in no journal. */
    @AfterEach
    void takeBackWhatWasSpentByHand() {
        if (spentByHand) {
            jdbc.sql("delete from spend_day where tenant_id = (select id from tenant where name = :team)")
                    .param("team", team)
                    .update();
        }
    }

    @Test
    void anEmptyBudgetSaysSinceWhenAndHowManyRequestsItRefused() {
        operator("/tenants/" + team + "/adjustments", "{\"credits\": 36, \"reason\": \"test\"}");
        generate(2).expect(202);
        generate(1).expect(402);
        generate(1).expect(402);

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(page())
                        .containsPattern(
                                "Empty since \\d+ \\w+ \\d{4} \\d\\d:\\d\\d UTC ?, 2 requests refused in this period")
                        .doesNotContain("Runs out", "No forecast yet"));
    }

    @Test
    void aPrepaidBudgetHasADateOnWhichItRunsOut() {
        assertThat(page()).contains("No forecast yet");
        assertThat(forecast().body()).isEqualTo("{\"creditsPerDay\":null,\"runsOutAt\":null}");

        spend(0, 3);
        assertThat(page()).contains("No forecast yet");
        spend(1, 5);

        assertThat(Session.signedIn("http://localhost:" + port, ConsoleTest.TOKEN)
                        .get("/console/operator/tenants/" + team)
                        .body())
                .contains("Runs out around");
        assertThat(page()).containsPattern("Runs out around \\d+ \\w+ \\d{4} \\d\\d:\\d\\d UTC");
        assertThat(forecast().json().path("creditsPerDay").doubleValue()).isBetween(4.0, 8.0);
        String operators = new Client(port, null)
                .get("/admin/v1/tenants/" + team + "/forecast", "Authorization", "Bearer " + ConsoleTest.TOKEN)
                .expect(200)
                .text("runsOutAt");
        assertThat(Instant.parse(forecast().text("runsOutAt")))
                .as("for both, up to the moment at which it is asked for")
                .isCloseTo(Instant.parse(operators), within(1, ChronoUnit.MINUTES));
    }

    private Answer forecast() {
        return new Client(port, key).get("/v2/forecast").expect(200);
    }

    /** What a reader sees, without markup. */
    private String page() {
        return Session.signedIn("http://localhost:" + port, key)
                .get("/console/team")
                .body()
                .replaceAll("<[^>]*>", " ")
                .replaceAll("\\s+", " ");
    }

    private Answer generate(int images) {
        return new Client(port, key)
                .post(
                        "/v2/images/generate",
                        "{\"prompt\": \"a fox\", \"model\": \"kling-image\", \"klingImageParams\": {\"n\": " + images
                                + "}}");
    }

    private Answer operator(String path, String body) {
        return new Client(port, null)
                .send(
                        "POST",
                        "/admin/v1" + path,
                        BodyPublishers.ofString(body),
                        "Authorization",
                        "Bearer " + ConsoleTest.TOKEN,
                        "Content-Type",
                        "application/json");
    }

    private void spend(int daysAgo, long credits) {
        spentByHand = true;
        jdbc.sql("""
                        insert into spend_day (tenant_id, day, key_id, time_zone, credits, images, generations, failures, failed_images)
                        select t.id, (now() at time zone 'UTC')::date - :daysAgo, k.id, 'UTC', :credits, 0, 0, 0, 0
                          from tenant t join api_key k on k.tenant_id = t.id where t.name = :team
                        """)
                .param("daysAgo", daysAgo)
                .param("credits", credits)
                .param("team", team)
                .update();
    }
}
