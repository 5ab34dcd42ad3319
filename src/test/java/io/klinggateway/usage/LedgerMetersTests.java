package io.klinggateway.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.imagerequest.KlingVersion;
import io.klinggateway.ledger.TestLedger;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a replica publishes of the books, on a database whose clock stands still at {@link #now}. */
class LedgerMetersTests {

    private final UUID tenant = UUID.randomUUID();
    private final UUID key = UUID.randomUUID();
    private final DataSource database = TestDatabase.migrated().dataSource();
    private final JdbcClient jdbc = JdbcClient.create(database);
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final LedgerMeters meters = newReplica(registry);

    @BeforeEach
    void registerATenant() {
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
        assertThat(value(registry, "budget_reset_timestamp_seconds", "tenant", "design"))
                .isEqualTo(1_795_478_400); // 2026-11-24T00:00:00Z
        assertThat(spent()).isZero();
    }

    @Test
    void aTeamShowsItsFirstThreshold() {
        meters.read();
        assertThat(value(registry, "budget_first_threshold_ratio", "tenant", "design"))
                .isEqualTo(0.5);

        jdbc.sql("insert into notice_terms (tenant_id, thresholds) values (?, '{70,90}')")
                .param(tenant)
                .update();
        meters.read();
        assertThat(value(registry, "budget_first_threshold_ratio", "tenant", "design"))
                .isEqualTo(0.7);

        jdbc.sql("update notice_terms set thresholds = '{}'").update();
        meters.read();
        assertThat(labels("budget_first_threshold_ratio", "tenant")).isEmpty();
    }

    @Test
    void aTotalBudgetHasNoReset() {
        budget("TOTAL", 100);

        meters.read();

        assertThat(labels("budget_ceiling_credits", "window")).containsExactly("total");
        assertThat(labels("budget_reset_timestamp_seconds", "window")).isEmpty();
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
        PrometheusRegistry restarted = new PrometheusRegistry();

        meters.read();
        meters.stop();
        newReplica(restarted).read();

        assertThat(budget("captured")).isEqualTo(5);
        assertThat(spent()).isEqualTo(9);
        assertThat(value(restarted, "spend_credits", "tenant", "design")).isEqualTo(9);
        assertThat(images("kling-v1")).isEqualTo(5);
    }

    @Test
    void oneReplicaAtATimePublishesTheBooks() {
        PrometheusRegistry other = new PrometheusRegistry();
        LedgerMeters second = newReplica(other);

        meters.read();
        second.read();
        assertThat(labels(registry, "spend_credits", "tenant")).containsExactly("design");
        assertThat(other.scrape()).isEmpty();

        now("2026-11-23T12:00:24Z");
        second.read();
        assertThat(other.scrape()).as("while the lease lasts").isEmpty();

        now("2026-11-23T12:00:25Z");
        second.read();
        meters.read();
        assertThat(labels(other, "spend_credits", "tenant"))
                .as("once it is over")
                .containsExactly("design");
        assertThat(registry.scrape()).isEmpty();

        second.stop();
        meters.read();
        assertThat(labels(registry, "spend_credits", "tenant"))
                .as("given back at the end")
                .containsExactly("design");
    }

    @Test
    void aCorrectionDownwardsNeverLetsACounterFall() {
        capture(admit("kling-v1", 4), 8);
        adjust(-3);
        adjust(1);

        meters.read();

        assertThat(spent()).isEqualTo(9);
        assertThat(value(registry, "spend_returned_credits", "tenant", "design"))
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

        assertThat(labels("budget_ceiling_credits", "window")).containsExactly("week");
        assertThat(budget("ceiling")).isEqualTo(70);
    }

    @Test
    void eachWindowIsPublishedWithWhatItRefusedAndWouldHaveRefused() {
        select("""
                select ledger_set_budget(?, 'UTC', '{MONTH,WEEK}', '{1,7}', '{null,6}'::bigint[], '{4,null}'::bigint[])
                """, tenant);
        admit("kling-v1", 3);
        jdbc.sql("""
                        select ledger_count_refusals(array[id], array[date '2026-11-22'], array[5::bigint])
                          from budget_window where tenant_id = ? and period_kind = 'WEEK'
                        """).param(tenant).query((_, _) -> true).single();

        meters.read();

        assertThat(labels("budget_held_credits", "window")).containsExactly("month", "week-sunday");
        assertThat(labels("budget_available_credits", "window")).containsExactly("week-sunday");
        assertThat(value(registry, "budget_refused_requests", "window", "week-sunday"))
                .isEqualTo(5);
        assertThat(value(registry, "budget_shadow_refused_requests", "window", "month"))
                .isEqualTo(1);
    }

    @Test
    void aTenantThatIsGoneIsNoLongerPublished() {
        meters.read();
        jdbc.sql("delete from api_key").update();
        jdbc.sql("delete from tenant").update();

        meters.read();

        assertThat(registry.scrape()).isEmpty();
    }

    @Test
    void everyModelIsThereFromTheStart() {
        meters.read();

        assertThat(labels("spend_images", "model_name"))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(KlingVersion.values())
                        .map(KlingVersion::wire)
                        .toList());
    }

    private LedgerMeters newReplica(PrometheusRegistry scraped) {
        StaticListableBeanFactory beans = new StaticListableBeanFactory(Map.of("scraped", scraped));
        return new LedgerMeters(
                new LedgerReader(jdbc, TestLedger.on(jdbc)),
                new LedgerMetricsLease(jdbc),
                new SimpleMeterRegistry(),
                beans.getBeanProvider(PrometheusRegistry.class));
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
        return value(registry, "budget_" + name + "_credits", "tenant", "design");
    }

    private double spent() {
        return value(registry, "spend_credits", "tenant", "design");
    }

    private double images(String model) {
        return value(registry, "spend_images", "model_name", model);
    }

    private List<String> labels(String metric, String label) {
        return labels(registry, metric, label);
    }

    /** What a label of the metric says, in each of its series. */
    private static List<String> labels(PrometheusRegistry scraped, String metric, String label) {
        return points(scraped, metric)
                .map(point -> point.getLabels().get(label))
                .toList();
    }

    private static double value(PrometheusRegistry scraped, String metric, String label, String value) {
        return points(scraped, metric)
                .filter(point -> value.equals(point.getLabels().get(label)))
                .map(point -> point instanceof GaugeDataPointSnapshot gauge
                        ? gauge.getValue()
                        : ((CounterDataPointSnapshot) point).getValue())
                .findFirst()
                .orElseThrow();
    }

    private static Stream<? extends DataPointSnapshot> points(PrometheusRegistry scraped, String metric) {
        return scraped.scrape().stream()
                .filter(family -> family.getMetadata().getName().equals("kling_gateway_" + metric))
                .flatMap(family -> family.getDataPoints().stream());
    }
}
