package io.klinggateway.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.image.ModelName;
import io.klinggateway.ledger.TestLedger;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Arrays;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a replica publishes of the books, on a database whose clock stands still at {@link #now}. */
class LedgerMetersTests {

    private final UUID tenant = UUID.randomUUID();
    private final UUID key = UUID.randomUUID();
    private final DataSource database = TestDatabase.fresh().dataSource();
    private final JdbcClient jdbc = JdbcClient.create(database);
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final LedgerMeters meters = newReplica(registry);

    @BeforeEach
    void registerATenant() {
        Flyway.configure().dataSource(database).load().migrate();
        now("2026-11-23T12:00:00Z");
        jdbc.sql("insert into tenant (id, name) values (?, 'design')")
                .param(tenant)
                .update();
        jdbc.sql("insert into api_key (id, tenant_id, name, sha256) values (?, ?, 'main', sha256('main'))")
                .param(key)
                .param(tenant)
                .update();
        budget("DAY", 100);
    }

    @Test
    void aTenantThatNeverSpentShowsItsWholeBudget() {
        meters.read();

        assertThat(budget("ceiling")).isEqualTo(100);
        assertThat(budget("available")).isEqualTo(100);
        assertThat(budget("held")).isZero();
        assertThat(budget("captured")).isZero();
        assertThat(budget("reset.timestamp")).isEqualTo(1_795_478_400); // 2026-11-24T00:00:00Z
        assertThat(spent()).isZero();
    }

    @Test
    void aTotalBudgetHasNoReset() {
        budget("TOTAL", 100);

        meters.read();

        assertThat(registry.find("kling.gateway.budget.ceiling")
                        .tag("window", "total")
                        .gauge())
                .isNotNull();
        assertThat(registry.find("kling.gateway.budget.reset.timestamp").gauge())
                .isNull();
    }

    @Test
    void heldAndCapturedAreWhatTheBooksSay() {
        capture(admit("kling-v2", 4), 8);
        admit("kling-v1", 1);

        meters.read();

        assertThat(budget("held")).isEqualTo(2);
        assertThat(budget("captured")).isEqualTo(8);
        assertThat(budget("available")).isEqualTo(90);
        assertThat(spent()).isEqualTo(8);
        assertThat(images("kling-v2")).isEqualTo(4);
        assertThat(images("kling-v1")).isZero();
    }

    @Test
    void spendSurvivesTheTurnOfThePeriodAndTheReplica() {
        capture(admit("kling-v1", 2), 4);
        now("2026-11-24T12:00:00Z");
        capture(admit("kling-v1", 3), 5);
        MeterRegistry restarted = new SimpleMeterRegistry();

        newReplica(restarted).read();
        meters.read();

        assertThat(budget("captured")).isEqualTo(5);
        assertThat(spent()).isEqualTo(9);
        assertThat(restarted.get("kling.gateway.spend").functionCounter().count())
                .isEqualTo(9);
        assertThat(images("kling-v1")).isEqualTo(5);
    }

    @Test
    void aCorrectionDownwardsNeverLetsACounterFall() {
        capture(admit("kling-v1", 4), 8);
        adjust(-3);
        adjust(1);

        meters.read();

        assertThat(spent()).isEqualTo(9);
        assertThat(registry.get("kling.gateway.spend.returned")
                        .functionCounter()
                        .count())
                .isEqualTo(3);
        assertThat(jdbc.sql("select count(*) from spend_difference")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void aReleaseIsNoSpend() {
        resolve(admit("kling-v1", 4), "RELEASE", 0);

        meters.read();

        assertThat(spent()).isZero();
        assertThat(images("kling-v1")).isZero();
    }

    @Test
    void aChangedPeriodReplacesTheGauges() {
        meters.read();
        budget("WEEK", 70);

        meters.read();

        assertThat(registry.find("kling.gateway.budget.ceiling").gauges())
                .singleElement()
                .satisfies(gauge -> {
                    assertThat(gauge.getId().getTag("window")).isEqualTo("week");
                    assertThat(gauge.value()).isEqualTo(70);
                });
    }

    @Test
    void aTenantThatIsGoneIsNoLongerPublished() {
        meters.read();
        jdbc.sql("delete from api_key").update();
        jdbc.sql("delete from tenant").update();

        meters.read();

        assertThat(registry.getMeters()).extracting(Meter::getId).noneMatch(id -> "design".equals(id.getTag("tenant")));
    }

    @Test
    void everyModelIsThereFromTheStart() {
        meters.read();

        assertThat(registry.find("kling.gateway.spend.images").functionCounters())
                .extracting(counter -> counter.getId().getTag("model_name"))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(ModelName.values()).map(ModelName::wire).toList());
    }

    private LedgerMeters newReplica(MeterRegistry itsRegistry) {
        return new LedgerMeters(new LedgerReader(jdbc, TestLedger.on(jdbc)), itsRegistry);
    }

    private void now(String instant) {
        jdbc.sql(
                        "create or replace function gateway_now() returns timestamptz language sql volatile return timestamptz '"
                                + instant + "'")
                .update();
    }

    private void budget(String kind, long limit) {
        select("select ledger_set_budget(?, 'UTC', array[?], '{1}', array[?::bigint], '{null}')", tenant, kind, limit);
    }

    private UUID admit(String model, int images) {
        UUID generation = UUID.randomUUID();
        select("""
                select admit_generation(?, ?, ?, null, 'x'::bytea, null, null, ?, ?, ?,
                    'http://vendor', '{}'::bytea, gen_random_uuid(), true)
                """, generation, tenant, key, model, images, 2L * images);
        return generation;
    }

    private void capture(UUID generation, long credits) {
        resolve(generation, "CAPTURE", credits);
    }

    private void resolve(UUID generation, String kind, long credits) {
        select("select ledger_resolve(?, ?, ?, 'test', null)", generation, kind, credits);
    }

    private void adjust(long credits) {
        jdbc.sql("""
                insert into journal_entry (tenant_id, windows, period_starts, entry_kind, captured_delta, at, actor)
                select tenant_id, array[id], array[date '2026-11-23'], 'ADJUST', ?, gateway_now(), 'test'
                  from budget_window where tenant_id = ?
                """).param(credits).param(tenant).update();
    }

    private void select(String sql, Object... parameters) {
        jdbc.sql(sql).params(parameters).query((_, _) -> true).single();
    }

    private double budget(String name) {
        return registry.get("kling.gateway.budget." + name)
                .tag("tenant", "design")
                .gauge()
                .value();
    }

    private double spent() {
        return registry.get("kling.gateway.spend")
                .tag("tenant", "design")
                .functionCounter()
                .count();
    }

    private double images(String model) {
        return registry.get("kling.gateway.spend.images")
                .tag("model_name", model)
                .functionCounter()
                .count();
    }
}
