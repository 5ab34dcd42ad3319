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
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * After a random history of requests, grants, corrections and changes of windows, over days, with keys that have budgets of
 * their own and jobs that settle on another day than they were asked for: the API, a 402, the pages of the console, the meters
 * and the CSV say the same numbers.
 */
class BudgetAgreementTests {

    private static final long SEED = Long.getLong("agreement.seed", 20261128L);
    private static final String REPEATED = "asked-first";
    private static final Pattern CELL = Pattern.compile("data-label=\"(?:Spent|Held|Left|Of)\">(?:<b>)?([\\d,]+)<");
    private static final Pattern BAR = Pattern.compile("([\\d,]+) spent ([\\d,]+) held ([\\d,]+) left of ([\\d,]+)");
    private static final Pattern AVAILABLE = Pattern.compile(
            "Available ([\\d,]+) credits? for this key now, limited by the (key's own|team's) budget \\( ?(\\S+) ?\\)");

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
        gateway = Replica.start(TestDatabase.migrated(), vendor.baseUrl(), Replica.withOperators());
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
        advance(15);

        for (int operation = 0; operation < 45; operation++) {
            operate(random.nextInt(20));
            if (operation % 15 == 14) {
                everyReaderAgrees();
            }
        }
        everyReaderAgrees();
        theMetersAgree(gateway.operator("GET", "/tenants/agreeing"));
        theMonthIsWhatWasSpent();
        assertThat(settledOnAnotherDay()).isPositive();
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
            advance(3 + random.nextInt(12));
        }
    }

    private static void advance(int hours) {
        gateway.jdbc()
                .sql(
                        "update test_clock set at = gateway_now() + make_interval(hours => :hours), set_at = clock_timestamp()")
                .param("hours", hours)
                .update();
    }

    private static long settledOnAnotherDay() {
        return gateway.jdbc()
                .sql("select count(*) from generation where (completed_at at time zone 'Europe/Berlin')::date"
                        + " > (created_at at time zone 'Europe/Berlin')::date")
                .query(Long.class)
                .single();
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
            String page =
                    Session.signedIn(gateway.url(), key).get("/console/team").body();
            thePageAgrees(page, credits, gateway.tenant(key, "GET", "/v2/me").expect(200));
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
        JsonNode windows = tenant.json().path("budget").path("windows");
        assertThat(barsOf(windows))
                .isEqualTo(barsOf(gateway.tenant(keys.getFirst(), "GET", "/v2/credits")
                        .json()
                        .path("windows")));
        Session operator = Session.signedIn(gateway.url(), Replica.TOKEN);
        assertThat(barsOf(textOf(
                        operator.get("/console/operator/tenants/agreeing").body())))
                .isEqualTo(barsOf(windows));
        assertThat(barsOf(windows))
                .contains(rowOf(
                        "agreeing", operator.get("/console/operator/tenants").body()));
        assertThat(barsOf(textOf(operator.get("/console/operator").body())))
                .singleElement()
                .satisfies(tightest -> {
                    assertThat(barsOf(windows)).contains(tightest);
                    assertThat(tightest.left()).isEqualTo(tenant.number("balance", "available"));
                });
    }

    private static void thePageAgrees(String page, Answer credits, Answer me) {
        String text = textOf(page);
        assertThat(barsOf(text)).isEqualTo(barsOf(credits.json().path("windows")));
        Matcher available = AVAILABLE.matcher(text);
        assertThat(available.find()).as(text).isTrue();
        assertThat(number(available.group(1))).isEqualTo(credits.number("available"));
        assertThat(available.group(2).startsWith("key"))
                .isEqualTo(credits.text("limitedBy").equals("key"));
        assertThat(available.group(3))
                .isEqualTo(me.json().path("team").path("plan").asString());
    }

    /** What a reader of the page sees, without its markup. */
    private static String textOf(String page) {
        return page.replaceAll("<[^>]*>", " ").replace("&#39;", "'").replaceAll("\\s+", " ");
    }

    /** Of the window that leaves a team least. */
    private static Bar rowOf(String team, String page) {
        String row = page.substring(page.indexOf("/tenants/" + team + "\""));
        List<Long> cells = CELL.matcher(row.substring(0, row.indexOf("</tr>")))
                .results()
                .map(cell -> number(cell.group(1)))
                .toList();
        assertThat(cells).as(row).hasSize(4);
        return new Bar(cells.get(0), cells.get(1), cells.get(2), cells.get(3));
    }

    private static List<Bar> barsOf(String text) {
        return BAR.matcher(text)
                .results()
                .map(bar ->
                        new Bar(number(bar.group(1)), number(bar.group(2)), number(bar.group(3)), number(bar.group(4))))
                .toList();
    }

    /** A window without a limit is shown against its shadow limit. */
    private static List<Bar> barsOf(JsonNode windows) {
        return windows.valueStream()
                .map(window -> {
                    long captured = window.path("captured").longValue();
                    long held = window.path("held").longValue();
                    boolean guards = !window.path("limit").isNull();
                    long of = window.path(guards ? "ceiling" : "shadowLimit").longValue();
                    long left = guards ? window.path("available").longValue() : Math.max(0, of - captured - held);
                    return new Bar(captured, held, left, of);
                })
                .toList();
    }

    private record Bar(long spent, long held, long left, long of) {}

    private static long number(String text) {
        return Long.parseLong(text.replace(",", ""));
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
            Replica.await(
                    () -> Objects.requireNonNull(published("budget_refused_requests", name)) - refused(name), 0.0);
        }
    }

    /** Counted a moment after the refusal. */
    private static double refused(String window) {
        return gateway.operator("GET", "/tenants/agreeing")
                .json()
                .path("budget")
                .path("windows")
                .valueStream()
                .filter(one -> one.path("window").asString().equals(window))
                .mapToDouble(one -> one.path("refused").doubleValue())
                .sum();
    }

    private static @Nullable Double published(String metric, String window) {
        return published(metric, "window", window);
    }

    private static @Nullable Double published(String metric, String label, String value) {
        return gateway.bean(PrometheusRegistry.class).scrape().stream()
                .filter(family -> family.getMetadata().getName().equals("kling_gateway_" + metric))
                .flatMap(family -> family.getDataPoints().stream())
                .filter(point -> value.equals(point.getLabels().get(label)))
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
        String key = someKey();
        Answer ofKeys = gateway.tenant(key, "GET", "/v2/usage" + month).expect(200);
        Map<String, Long> byKey = ofKeys.json()
                .path("rows")
                .valueStream()
                .collect(Collectors.toMap(
                        row -> row.path("key").asString(""),
                        row -> row.path("credits").longValue()));

        assertThat(captured).isPositive();
        assertThat(usage.number("rows", "0", "credits")).isEqualTo(captured);
        assertThat(usage.number("totals", "credits")).isEqualTo(captured);
        assertThat(ofKeys.number("totals", "credits")).isEqualTo(captured);
        assertThat(byKey.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(captured);
        assertThat(byKey).containsKeys("open", "small", "daily");
        assertThat(inCsv(gateway.tenant(key, "GET", "/v2/usage" + month + "&format=csv")))
                .isEqualTo(byKey);
        assertThat(inCsv(gateway.operator("GET", "/usage" + month + "&tenant=agreeing&format=csv")))
                .isEqualTo(byKey);
        Replica.await(
                () -> Objects.requireNonNull(published("spend_credits", "tenant", "agreeing"))
                        - Objects.requireNonNull(published("spend_returned_credits", "tenant", "agreeing")),
                (double) captured);
        assertThat(gateway.jdbc()
                        .sql("select sum(credits) from spend_day")
                        .query(Long.class)
                        .single())
                .isEqualTo(captured);
    }

    /** Credits by the first column. */
    private static Map<String, Long> inCsv(Answer report) {
        List<String[]> lines = report.expect(200)
                .body()
                .lines()
                .map(line -> line.split(",", -1))
                .toList();
        int credits = List.of(lines.getFirst()).indexOf("credits");
        return lines.stream().skip(1).collect(Collectors.toMap(line -> line[0], line -> Long.valueOf(line[credits])));
    }

    private static String someKey() {
        return gateway.createKey("agreeing", "{\"name\": \"reader\"}").text("key");
    }
}
