package io.klinggateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.running.Answer;
import io.klinggateway.simulator.SimulatedApiframe;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Periods over their turns, on a database whose clock the test sets. Berlin leaves summer time on 2026-10-25. */
class PeriodTurnTests {

    private static final String DAY_WINDOW = "00000000-0000-0000-0000-000000000001";
    private static final String MONTH_WINDOW = "ffffffff-0000-0000-0000-000000000001";
    private static final String LOCK_PERIOD =
            "select from window_period where window_id = '%s' and period_start = '%s' for no key update";

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
        gateway = Replica.start(TestDatabase.migrated(), vendor.baseUrl(), Replica.withOperators());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    @BeforeEach
    void replaceTheClock() {
        gateway.jdbc()
                .sql(
                        "create table if not exists test_clock as select clock_timestamp() as at, clock_timestamp() as set_at")
                .update();
        gateway.jdbc().sql("""
                        create or replace function gateway_now() returns timestamptz
                            language sql volatile return (select at + (clock_timestamp() - set_at) from test_clock)
                        """).update();
    }

    @AfterEach
    void theBooksAgree() {
        assertThat(gateway.differences()).isZero();
    }

    /** The clock may be set back by this. What was planned by the time before, a call, a sweep or a turn, would be far ahead. */
    private static void startAt(String instant) {
        at(instant);
        gateway.jdbc().sql("truncate upstream_rate, upstream_sweep, queue_team").update();
    }

    private static void at(String instant) {
        gateway.jdbc()
                .sql("update test_clock set at = cast(:at as timestamptz), set_at = clock_timestamp()")
                .param("at", instant)
                .update();
    }

    @ParameterizedTest
    @CsvSource({
        // The day of 25 hours: its midnights are at +02:00 and +01:00.
        "DAY,   2026-10-24T22:30:00Z, 2026-10-25, 2026-10-25T23:00:00Z, 2026-10-26",
        // The day of 23 hours.
        "DAY,   2026-03-28T23:30:00Z, 2026-03-29, 2026-03-29T22:00:00Z, 2026-03-30",
        "WEEK,  2026-10-25T22:59:00Z, 2026-10-19, 2026-10-25T23:00:00Z, 2026-10-26",
        "MONTH, 2026-10-31T22:59:00Z, 2026-10-01, 2026-10-31T23:00:00Z, 2026-11-01",
        "MONTH, 2026-03-31T21:59:00Z, 2026-03-01, 2026-03-31T22:00:00Z, 2026-04-01"
    })
    void aHoldMadeBeforeTheTurnSettlesIntoItsOwnPeriod(
            String kind, String before, String period, String turn, String nextPeriod) {
        String name = (kind + "-" + period).toLowerCase(Locale.ROOT);
        startAt(before);
        gateway.createTenant(
                name, "{\"period\": \"%s\", \"limit\": 8, \"timeZone\": \"Europe/Berlin\"}".formatted(kind), "{}");
        String key = gateway.createKey(name, "{\"name\": \"own\", \"budget\": {\"limit\": 8}}")
                .text("key");
        Answer early = gateway.operator("GET", "/tenants/" + name);
        assertThat(early.json().path("balance").path("periodStart").asString()).isEqualTo(period);
        assertThat(early.json().path("balance").path("resetsAt").asString()).isEqualTo(turn);
        String job = gateway.generate(key, 4).expect(202).text("jobId");
        assertThat(gateway.generate(key, 1).expect(402).text("resetsAt")).isEqualTo(turn);

        at(Instant.parse(turn).minusSeconds(20).toString());
        assertThat(gateway.quote(key, 1).number("available")).isZero();
        at(turn);

        assertThat(gateway.quote(key, 4).json().path("admitted").booleanValue()).isTrue();
        Answer fresh = gateway.operator("GET", "/tenants/" + name);
        assertThat(fresh.json().path("balance").path("periodStart").asString()).isEqualTo(nextPeriod);
        assertThat(fresh.number("balance", "available")).isEqualTo(8);
        at(Instant.parse(turn).plusSeconds(60).toString());
        gateway.awaitStatus(key, job, "COMPLETED");
        assertThat(gateway.operator("GET", "/tenants/" + name).number("balance", "captured"))
                .isZero();
        assertThat(periods(name, "null")).containsExactly(Map.entry(period, 8L));
        assertThat(periods(name, "not null")).containsExactly(Map.entry(period, 8L));
    }

    /** @param keyBudget {@code null} for the tenant's own windows, {@code not null} for its keys' */
    private static Map<String, Long> periods(String name, String keyBudget) {
        Map<String, Long> captured = new TreeMap<>();
        gateway.jdbc()
                .sql("select p.period_start::text, p.captured from window_period p"
                        + " join budget_window w on w.id = p.window_id and w.key_budget_id is " + keyBudget
                        + " join tenant t on t.id = p.tenant_id and t.name = ?")
                .param(name)
                .query(row -> {
                    captured.put(row.getString(1), row.getLong(2));
                });
        return captured;
    }

    @Test
    void aTotalBudgetNeverStartsAnew() {
        startAt("2026-10-25T22:59:00Z");
        gateway.createTenant("total", "{\"period\": \"TOTAL\", \"limit\": 4}", "{}");
        String key = gateway.createKey("total");
        gateway.generate(key, 2).expect(202);

        at("2031-01-01T00:00:00Z");

        Answer refused = gateway.generate(key, 1).expect(402);
        assertThat(refused.json().has("resetsAt")).isFalse();
        Answer shown = gateway.operator("GET", "/tenants/total");
        assertThat(shown.json().path("balance").path("periodStart").isNull()).isTrue();
        assertThat(shown.json().path("balance").path("resetsAt").isNull()).isTrue();
    }

    @Test
    void aGrantEndsWithItsPeriod() {
        startAt("2026-10-24T22:30:00Z");
        gateway.createTenant("granted", "{\"period\": \"DAY\", \"limit\": 2, \"timeZone\": \"Europe/Berlin\"}", "{}");
        gateway.operator("POST", "/tenants/granted/grants", "{\"credits\": 5, \"reason\": \"today only\"}")
                .expect(200);
        assertThat(gateway.operator("GET", "/tenants/granted").number("balance", "ceiling"))
                .isEqualTo(7);

        at("2026-10-25T23:00:00Z");

        assertThat(gateway.operator("GET", "/tenants/granted").number("balance", "ceiling"))
                .isEqualTo(2);
    }

    /** An admission locks today's period, then the month's, in which yesterday's credits count, too. */
    @Test
    void whatWaitsSinceYesterdayIsCancelledWithoutACircleOfLocks() throws SQLException {
        startAt("2026-10-24T21:59:30Z");
        gateway.createTenant(
                "midnight",
                "{\"timeZone\": \"Europe/Berlin\", \"windows\": ["
                        + "{\"period\": \"MONTH\", \"limit\": 100}, {\"period\": \"DAY\", \"limit\": 50}]}",
                "{}");
        String key = gateway.createKey("midnight");
        gateway.jdbc()
                .sql("""
                        update budget_window w set id = case w.period_kind when 'DAY' then cast(:first as uuid) else cast(:last as uuid) end
                          from tenant t where t.id = w.tenant_id and t.name = 'midnight'
                        """)
                .param("first", DAY_WINDOW)
                .param("last", MONTH_WINDOW)
                .update();
        gateway.jdbc()
                .sql("select rate_pause(:upstream, interval '1 hour')")
                .param("upstream", vendor.baseUrl())
                .query((_, _) -> true)
                .single();
        gateway.generate(key, 1).expect(202);
        at("2026-10-24T22:00:30Z");
        gateway.generate(key, 1).expect(202);

        try (Connection admission = gateway.bean(DataSource.class).getConnection();
                Statement statement = admission.createStatement()) {
            admission.setAutoCommit(false);
            statement.execute(LOCK_PERIOD.formatted(DAY_WINDOW, "2026-10-25"));
            CompletableFuture<Answer> cancellation = CompletableFuture.supplyAsync(
                    () -> gateway.operator("DELETE", "/tenants/midnight/queue", "{\"reason\": \"test\"}"));
            Replica.await(
                    () -> gateway.jdbc()
                            .sql("select count(*) from pg_stat_activity"
                                    + " where wait_event_type = 'Lock' and datname = current_database()")
                            .query(Long.class)
                            .single(),
                    1L);

            statement.execute(LOCK_PERIOD.formatted(MONTH_WINDOW, "2026-10-01") + " nowait");
            admission.commit();

            assertThat(cancellation.join().expect(200).number("cancelled")).isEqualTo(2);
        }
    }

    @Test
    void requestsAreErasedWhenTheirTimeIsOver() {
        startAt("2026-10-01T12:00:00Z");
        gateway.createTenant("erased", "{\"period\": \"MONTH\", \"limit\": 10}", "{}");
        String key = gateway.createKey("erased");
        String job = gateway.generate(key, 1).expect(202).text("jobId");
        at("2026-10-01T12:01:00Z");
        gateway.awaitStatus(key, job, "COMPLETED");

        Instant due = gateway.jdbc()
                .sql("select completed_at from generation where id = cast(:id as uuid)")
                .param("id", job)
                .query((row, _) -> row.getObject(1, OffsetDateTime.class).toInstant())
                .single()
                .plus(Duration.ofDays(30));

        at(due.minusSeconds(30).toString());
        gateway.eraseRequests(Duration.ofDays(30));
        assertThat(gateway.tenant(key, "GET", "/v2/jobs/" + job).body()).contains("secret fox");
        at(due.plusSeconds(1).toString());
        gateway.eraseRequests(Duration.ofDays(30));

        assertThat(gateway.tenant(key, "GET", "/v2/jobs/" + job)
                        .json()
                        .path("input")
                        .isNull())
                .isTrue();
    }
}
