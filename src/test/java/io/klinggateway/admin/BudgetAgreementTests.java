package io.klinggateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.console.Session;
import io.klinggateway.database.TestDatabase;
import io.klinggateway.running.Answer;
import io.klinggateway.simulator.SimulatedApiframe;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * After a random history of requests, grants, corrections and changes of windows, over days, with keys that have budgets of
 * their own and jobs that settle on another day than they were asked for: every reader says the same number.
 */
class BudgetAgreementTests {

    private static final long SEED = Long.getLong("agreement.seed", 20261128L);
    private static final String REPEATED = "asked-first";

    private static SimulatedApiframe vendor;
    private static Replica gateway;

    private final Random random = new Random(SEED);
    private final List<String> keys = new ArrayList<>();

    @BeforeAll
    static void start() {
        vendor = SimulatedApiframe.builder()
                .port(0)
                .queuedFor(Duration.ZERO)
                .processingFor(Duration.ofMillis(400))
                .build()
                .start();
        gateway = Replica.start(TestDatabase.fresh(), vendor.baseUrl(), Replica.withOperators());
        gateway.jdbc().sql("""
                        create table test_clock as select timestamptz '2026-10-07T09:00:00Z' as at, clock_timestamp() as set_at;
                        create or replace function gateway_now() returns timestamptz
                            language sql volatile return (select at + (clock_timestamp() - set_at) from test_clock);
                        truncate upstream_rate, upstream_sweep, queue_team
                        """).update();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    @Test
    void everyReaderSaysTheSameNumberAfterARandomHistory() {
        gateway.createTenant("agreeing", """
                {"timeZone": "Europe/Berlin", "windows": [
                    {"period": "MONTH", "limit": 160, "shadowLimit": 60}, {"period": "DAY", "limit": 40},
                    {"period": "WEEK", "firstDay": 7, "shadowLimit": 30}]}
                """, "{}");
        keys.add(gateway.createKey("agreeing", "{\"name\": \"open\"}").text("key"));
        keys.add(gateway.createKey("agreeing", "{\"name\": \"small\", \"budget\": {\"limit\": 30}}")
                .text("key"));
        keys.add(gateway.createKey("agreeing", """
                        {"name": "daily", "budget": {"windows": [
                            {"period": "DAY", "limit": 12}, {"period": "TOTAL", "limit": 50}]}}
                        """).text("key"));
        gateway.tenant(keys.getFirst(), "POST", "/v2/images/generate", Replica.image(1), "Idempotency-Key", REPEATED)
                .expect(202);

        for (int operation = 0; operation < 45; operation++) {
            operate(random.nextInt(20));
            if (operation % 15 == 14) {
                everyReaderAgrees();
            }
        }
        everyReaderAgrees();
        theMetersAgree(gateway.operator("GET", "/tenants/agreeing"));
        theMonthIsWhatWasSpent();
        assertThat(gateway.differences()).isZero();
    }

    private void operate(int dice) {
        if (dice < 14) {
            gateway.generate(keys.get(random.nextInt(keys.size())), 1 + random.nextInt(4));
        } else if (dice < 15) {
            gateway.operator("POST", "/tenants/agreeing/grants", "{\"credits\": 6, \"reason\": \"test\"}")
                    .expect(200);
        } else if (dice < 16) {
            gateway.operator("POST", "/tenants/agreeing/adjustments", "{\"credits\": -2, \"reason\": \"test\"}");
        } else if (dice < 17) {
            gateway.operator("PATCH", "/tenants/agreeing", """
                            {"budget": {"windows": [
                                {"period": "MONTH", "limit": %d, "shadowLimit": 60}, {"period": "DAY", "limit": %d},
                                {"period": "WEEK", "firstDay": 7, "shadowLimit": 30}]}}
                            """.formatted(
                                    140 + random.nextInt(60), 30 + random.nextInt(30)))
                    .expect(200);
        } else {
            // So that no job is open for a day, which would be reviewed; some settle hours after their hold.
            awaitSettled("and created_at < gateway_now() - interval '8 hours'");
            gateway.jdbc()
                    .sql(
                            "update test_clock set at = gateway_now() + make_interval(hours => :hours), set_at = clock_timestamp()")
                    .param("hours", 3 + random.nextInt(12))
                    .update();
        }
    }

    private static void awaitSettled(String condition) {
        Replica.await(
                () -> gateway.jdbc()
                        .sql("select count(*) from generation where captured_credits is null " + condition)
                        .query(Long.class)
                        .single(),
                0L);
    }

    private void everyReaderAgrees() {
        awaitSettled("");
        for (String key : keys) {
            Answer credits = gateway.tenant(key, "GET", "/v2/credits").expect(200);
            long available = credits.number("available");
            Answer quote = gateway.quote(key, 4).expect(200);
            assertThat(gateway.tenant(key, "GET", "/v2/me").number("team", "credits"))
                    .isEqualTo(available);
            assertThat(quote.number("available")).isEqualTo(available);
            assertThat(leastOf(credits)).isEqualTo(available);
            assertThat(Session.signedIn(gateway.url(), key).get("/console/team").body())
                    .contains("<b>" + available + "</b>");
            if (available < 8) {
                Answer refused = gateway.generate(key, 4).expect(402);
                assertThat(refused.number("creditsAvailable")).isEqualTo(available);
                assertThat(refused.text("window")).isEqualTo(quote.text("window"));
                assertThat(refused.text("limitedBy")).isEqualTo(quote.text("limitedBy"));
            }
        }
        Answer replay = gateway.tenant(
                        keys.getFirst(), "POST", "/v2/images/generate", Replica.image(1), "Idempotency-Key", REPEATED)
                .expect(202);
        Answer tenant = gateway.operator("GET", "/tenants/agreeing").expect(200);
        assertThat(replay.header("X-Credits-Remaining"))
                .isEqualTo(Long.toString(tenant.number("balance", "available")));
    }

    private static long leastOf(Answer credits) {
        return StreamSupport.stream(credits.json().path("windows").spliterator(), false)
                .filter(window -> !window.path("available").isNull())
                .mapToLong(window -> window.path("available").longValue())
                .min()
                .orElseThrow();
    }

    /** They are read every 15 seconds. */
    private static void theMetersAgree(Answer tenant) {
        for (JsonNode window : tenant.json().path("budget").path("windows")) {
            String name = window.path("window").asString();
            for (String amount : List.of("held", "captured", "ceiling", "available")) {
                if (!window.path(amount).isNull()) {
                    Replica.await(
                            () -> published("budget_" + amount + "_credits", name),
                            window.path(amount).doubleValue());
                }
            }
            Replica.await(
                    () -> published("budget_shadow_refused_requests", name),
                    window.path("shadowRefused").doubleValue());
        }
    }

    private static @Nullable Double published(String metric, String window) {
        return gateway.bean(PrometheusRegistry.class).scrape().stream()
                .filter(family -> family.getMetadata().getName().equals("kling_gateway_" + metric))
                .flatMap(family -> family.getDataPoints().stream())
                .filter(point -> window.equals(point.getLabels().get("window")))
                .map(point -> point instanceof GaugeDataPointSnapshot gauge
                        ? gauge.getValue()
                        : ((CounterDataPointSnapshot) point).getValue())
                .findFirst()
                .orElse(null);
    }

    private static void theMonthIsWhatWasSpent() {
        long captured = StreamSupport.stream(
                        gateway.operator("GET", "/tenants/agreeing")
                                .json()
                                .path("budget")
                                .path("windows")
                                .spliterator(),
                        false)
                .filter(window -> window.path("window").asString().equals("month"))
                .mapToLong(window -> window.path("captured").longValue())
                .sum();
        String month = "?groupBy=key&from=2026-10-01&to=2026-10-31";
        Answer usage = gateway.operator("GET", "/usage" + month.replace("groupBy=key", "groupBy=tenant"));
        long ofKeys = StreamSupport.stream(
                        gateway.tenant(someKey(), "GET", "/v2/usage" + month)
                                .json()
                                .path("rows")
                                .spliterator(),
                        false)
                .mapToLong(row -> row.path("credits").longValue())
                .sum();
        String csv = gateway.operator("GET", "/usage" + month.replace("groupBy=key", "groupBy=tenant") + "&format=csv")
                .body();

        assertThat(captured).isPositive();
        assertThat(usage.number("rows", "0", "credits")).isEqualTo(captured);
        assertThat(ofKeys).isEqualTo(captured);
        assertThat(csv).contains("," + captured + ",");
        assertThat(gateway.jdbc()
                        .sql("select sum(credits) from spend_day")
                        .query(Long.class)
                        .single())
                .isEqualTo(captured);
    }

    private static String someKey() {
        return gateway.createKey("agreeing", "{\"name\": \"reader\"}").text("key");
    }
}
