package io.klinggateway.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.usage.CreditPrices.CreditPrice;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Sums over books that are made by hand, on a database whose clock stands where the test puts it. */
class UsageRepositoryTests {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
    private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);
    private static final Currency EURO = Currency.getInstance("EUR");
    private static final Instant SEPTEMBER = Instant.parse("2026-09-01T00:00:00Z");

    private final TestDatabase server = TestDatabase.migrated();
    private final SingleConnectionDataSource database =
            new SingleConnectionDataSource(server.url(), server.username(), server.password(), true);
    private final JdbcClient jdbc = JdbcClient.create(database);
    private final UUID tenant = UUID.randomUUID();
    private final UUID ci = UUID.randomUUID();
    private final UUID web = UUID.randomUUID();

    @BeforeEach
    void registerATenant() {
        now("2026-10-10T12:00:00Z");
        newTenant(tenant, "design");
        newKey(ci, tenant, "ci");
        newKey(web, tenant, "web");
    }

    @AfterEach
    void disconnect() {
        database.destroy();
    }

    /** In Berlin, the month turns at 23:00 UTC. */
    @Test
    void aJobCountsInTheMonthOfItsHoldHoweverLateItIsSettled() {
        now("2026-10-31T22:59:59Z");
        UUID late = hold(ci, 4);
        now("2026-10-31T23:00:01Z");
        UUID next = hold(ci, 1);
        complete(late, 8);
        complete(next, 2);

        assertThat(report(BERLIN, Grouping.by(Dimension.MONTH)))
                .extracting(UsageRow::month, UsageRow::credits, UsageRow::images)
                .containsExactly(tuple(OCTOBER, 8L, 4L), tuple(NOVEMBER, 2L, 1L));
        assertThat(report(BERLIN, Grouping.by(Dimension.DAY)))
                .extracting(UsageRow::day, UsageRow::credits)
                .containsExactly(tuple(LocalDate.parse("2026-10-31"), 8L), tuple(LocalDate.parse("2026-11-01"), 2L));
        assertThat(report(BERLIN, Grouping.by(Dimension.MONTH), Grouping.by(Dimension.MODEL)))
                .extracting(UsageRow::credits)
                .containsExactly(8L, 2L);
    }

    @Test
    void anotherZoneHasOtherMidnights() {
        now("2026-10-31T23:30:00Z");
        complete(hold(ci, 4), 8);

        assertThat(report(BERLIN, Grouping.by(Dimension.MONTH)))
                .extracting(UsageRow::month)
                .containsExactly(NOVEMBER);
        assertThat(report(UTC, Grouping.by(Dimension.MONTH)))
                .extracting(UsageRow::month)
                .containsExactly(OCTOBER);
    }

    @Test
    void aMonthIsClosedWhenItHasEndedAndNothingHeldInItIsOpenAndThenChangesNoMore() {
        complete(hold(ci, 4), 8);
        UUID open = hold(ci, 2);
        assertThat(october().closed()).as("before its end").isFalse();

        now("2026-11-02T00:00:00Z");
        assertThat(october().closed()).as("with an open hold").isFalse();
        complete(open, 4);
        UsageRow closed = october();
        assertThat(closed.closed()).isTrue();
        assertThat(closed.credits()).isEqualTo(12);

        adjust(-5);
        complete(hold(web, 1), 2);
        assertThat(october()).isEqualTo(closed);
        assertThat(report(BERLIN, Grouping.by(Dimension.MONTH)))
                .extracting(UsageRow::month, UsageRow::credits, UsageRow::closed)
                .containsExactly(tuple(OCTOBER, 12L, true), tuple(NOVEMBER, -3L, false));
    }

    @Test
    void anotherTenantsOpenHoldKeepsOpenWhatItIsPartOf() {
        UUID other = UUID.randomUUID();
        UUID key = UUID.randomUUID();
        newTenant(other, "film");
        newKey(key, other, "ci");
        complete(hold(ci, 1), 2);
        complete(hold(other, key, 1, null), 2);
        hold(other, key, 1, null);
        now("2026-11-02T00:00:00Z");

        assertThat(reportOfAll(BERLIN, Grouping.by(Dimension.TENANT), Grouping.by(Dimension.MONTH)))
                .extracting(UsageRow::tenant, UsageRow::closed)
                .containsExactly(tuple("design", true), tuple("film", false));
        assertThat(reportOfAll(BERLIN, Grouping.by(Dimension.MONTH)))
                .extracting(UsageRow::credits, UsageRow::closed)
                .containsExactly(tuple(4L, false));
        assertThat(october().closed()).isTrue();
    }

    /** The clock runs here, and turns the month while the hold's transaction is open. */
    @Test
    void aHoldThatIsNotYetCommittedKeepsItsMonthOpen() throws SQLException {
        complete(hold(ci, 4), 8);
        jdbc.sql("""
                do $$ begin execute format('create or replace function gateway_now() returns timestamptz language sql volatile
                    return clock_timestamp() + interval %L', timestamptz '2026-10-31T22:59:56Z' - clock_timestamp()); end $$
                """).update();
        var slow = new SingleConnectionDataSource(server.url(), server.username(), server.password(), true);
        try (var connection = slow.getConnection()) {
            connection.setAutoCommit(false);
            UUID held = hold(JdbcClient.create(slow), tenant, ci, 2, null, true);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> jdbc.sql("select gateway_now() > timestamptz '2026-10-31T23:00:00Z'")
                            .query(Boolean.class)
                            .single());

            assertThat(october().closed()).as("while it is not committed").isFalse();
            connection.commit();
            assertThat(october().closed()).as("while it is open").isFalse();
            complete(held, 4);
            assertThat(october().closed()).isTrue();
            assertThat(october().credits()).isEqualTo(12);
        } finally {
            slow.destroy();
        }
    }

    @Test
    void failuresAreThoseThatTheTenantKnowsOf() {
        fail(hold(ci, 3));
        fail(hold(jdbc, tenant, ci, 2, null, false));
        complete(hold(ci, 1), 2);

        for (Grouping grouping : List.of(Grouping.by(Dimension.KEY), Grouping.by(Dimension.MODEL))) {
            assertThat(report(BERLIN, grouping))
                    .extracting(UsageRow::generations, UsageRow::images, UsageRow::failures, UsageRow::failedImages)
                    .containsExactly(tuple(1L, 1L, 1L, 3L));
        }
        assertNoDifference();
    }

    @Test
    void labelsPartSpendAndWhatHasNoneStandsByItself() {
        complete(hold(tenant, ci, 1, "{\"project\": \"spring\", \"shot\": \"12\"}"), 2);
        complete(hold(tenant, ci, 2, "{\"project\": \"spring\"}"), 4);
        complete(hold(tenant, ci, 3, "{\"project\": \"autumn\"}"), 6);
        complete(hold(ci, 4), 8);

        assertThat(report(BERLIN, new Grouping(Dimension.LABEL, "project")))
                .extracting(UsageRow::labels, UsageRow::credits)
                .containsExactly(
                        tuple(Map.of("project", "autumn"), 6L),
                        tuple(Map.of("project", "spring"), 6L),
                        tuple(Map.of(), 8L));
        assertThat(report(
                        BERLIN,
                        new Grouping(Dimension.LABEL, "shot"),
                        Grouping.by(Dimension.KEY),
                        new Grouping(Dimension.LABEL, "project")))
                .extracting(UsageRow::labels, UsageRow::key)
                .contains(tuple(Map.of("project", "spring", "shot", "12"), "ci"), tuple(Map.of(), "ci"));
    }

    @Test
    void eachDaysCreditsCostThatDaysPriceAndOnlyTheOutputIsRounded() {
        complete(hold(ci, 1), 1);
        now("2026-10-15T21:59:00Z"); // the 15th in Berlin
        complete(hold(ci, 1), 1);
        now("2026-10-15T22:01:00Z"); // the 16th
        complete(hold(ci, 4), 3);
        CreditPrices prices = prices("2026-01-01", "0.005", "2026-10-16", "0.0155");

        List<UsageRow> month = reportWith(prices, BERLIN, Grouping.by(Dimension.MONTH));
        List<UsageRow> days = reportWith(prices, BERLIN, Grouping.by(Dimension.DAY), Grouping.by(Dimension.MODEL));

        assertThat(month)
                .singleElement()
                .satisfies(row -> assertThat(cost(row).exact()).isEqualByComparingTo("0.0565"));
        assertThat(cost(month.getFirst()).rounded()).isEqualTo("0.06");
        assertThat(days).extracting(row -> cost(row).rounded()).containsExactly("0.01", "0.01", "0.05");
        assertThat(cost(UsageRow.total(days, EURO)).rounded()).isEqualTo("0.06");
    }

    @Test
    void whatWasSpentBeforeTheFirstPriceHasNoCost() {
        complete(hold(ci, 1), 2);
        now("2026-10-16T12:00:00Z");
        complete(hold(ci, 1), 2);
        fail(hold(ci, 1));
        CreditPrices prices = prices("2026-10-16", "0.5");

        List<UsageRow> days = reportWith(prices, BERLIN, Grouping.by(Dimension.DAY));

        assertThat(days.getFirst().cost()).isNull();
        assertThat(cost(days.getLast()).rounded()).isEqualTo("1.00");
        assertThat(UsageRow.total(days, EURO).cost()).isNull();
        assertThat(report(BERLIN, Grouping.by(Dimension.DAY)))
                .extracting(UsageRow::cost)
                .containsOnlyNulls();
    }

    @Test
    void whatIsKeptByDayAnswersWhereItCan() {
        complete(hold(ci, 1), 2);
        jdbc.sql("update spend_day set credits = 77").update();

        assertThat(credits(report(BERLIN, Grouping.by(Dimension.KEY)))).isEqualTo(77);
        assertThat(credits(report(BERLIN, Grouping.by(Dimension.MODEL)))).isEqualTo(2);
        assertThat(credits(report(UTC, Grouping.by(Dimension.KEY)))).isEqualTo(2);
        jdbc.sql("update budget set time_zone = 'UTC'").update();
        complete(hold(ci, 1), 2);
        assertThat(credits(report(BERLIN, Grouping.by(Dimension.KEY))))
                .as("some days are another zone's")
                .isEqualTo(4);
    }

    /** Holds, ends and corrections come at any time. The zone changes meanwhile, but not in the first history. */
    @ParameterizedTest
    @CsvSource({"1", "2", "3"})
    void howeverItIsAskedTheSumsAreTheJournals(long seed) {
        Random random = new Random(seed);
        List<UUID> open = new ArrayList<>();
        Instant at = Instant.parse("2026-10-20T00:00:00Z");
        for (int step = 0; step < 150; step++) {
            at = at.plusSeconds(random.nextInt(12_000));
            now(at.toString());
            switch (random.nextInt(10)) {
                case 0 -> adjust(1 + random.nextInt(3));
                case 1 ->
                    jdbc.sql("update budget set time_zone = ?")
                            .param(seed > 1 && random.nextInt(3) == 0 ? "America/New_York" : "Europe/Berlin")
                            .update();
                case 2, 3, 4, 5 ->
                    open.add(hold(
                            jdbc,
                            tenant,
                            random.nextBoolean() ? ci : web,
                            1 + random.nextInt(4),
                            null,
                            random.nextInt(5) > 0));
                default -> {
                    if (!open.isEmpty()) {
                        UUID ended = open.remove(random.nextInt(open.size()));
                        if (random.nextInt(4) == 0) {
                            fail(ended);
                        } else {
                            complete(ended, random.nextInt(3));
                        }
                    }
                }
            }
        }

        for (ZoneId zone : List.of(BERLIN, UTC, ZoneId.of("America/New_York"))) {
            for (Instant from : List.of(
                    SEPTEMBER, LocalDate.of(2026, 10, 25).atStartOfDay(zone).toInstant())) {
                Map<LocalDate, Long> journal = journalByDay(zone, from);
                assertThat(byDay(reportFrom(from, zone, Grouping.by(Dimension.DAY), Grouping.by(Dimension.KEY))))
                        .isEqualTo(journal);
                assertThat(byDay(reportFrom(from, zone, Grouping.by(Dimension.MODEL), Grouping.by(Dimension.DAY))))
                        .isEqualTo(journal);
                assertThat(UsageRow.total(reportFrom(from, zone, Grouping.by(Dimension.MONTH)), null))
                        .isEqualTo(UsageRow.total(reportFrom(from, zone, Grouping.by(Dimension.MODEL)), null));
            }
        }
        assertNoDifference();
    }

    /** Days without credits are left out: the journal's sums know no failures. */
    private static Map<LocalDate, Long> byDay(List<UsageRow> rows) {
        Map<LocalDate, Long> days = new TreeMap<>();
        rows.forEach(row -> days.merge(row.day(), row.credits(), Long::sum));
        days.values().removeIf(credits -> credits == 0);
        return days;
    }

    private Map<LocalDate, Long> journalByDay(ZoneId zone, Instant from) {
        Map<LocalDate, Long> days = new TreeMap<>();
        jdbc.sql("""
                        select (coalesce(h.at, j.at) at time zone :zone)::date as day, sum(j.captured_delta) as credits
                          from journal_entry j
                          left join journal_entry h on h.generation_id = j.generation_id and h.entry_kind = 'HOLD'
                         where coalesce(h.at, j.at) >= cast(:from as timestamptz)
                         group by 1 having sum(j.captured_delta) <> 0
                        """).param("zone", zone.getId()).param("from", from.toString()).query(row -> {
            days.put(row.getObject("day", LocalDate.class), row.getLong("credits"));
        });
        return days;
    }

    private void assertNoDifference() {
        assertThat(jdbc.sql("""
                        select (select count(*) from spend_difference) + (select count(*) from spend_day_difference)
                        """).query(Long.class).single()).isZero();
    }

    private UsageRow october() {
        return report(BERLIN, Grouping.by(Dimension.MONTH)).getFirst();
    }

    private static long credits(List<UsageRow> rows) {
        return UsageRow.total(rows, null).credits();
    }

    private static Cost cost(UsageRow row) {
        return Objects.requireNonNull(row.cost());
    }

    private List<UsageRow> report(ZoneId zone, Grouping... groupBy) {
        return reportFrom(SEPTEMBER.atZone(UTC).toLocalDate().atStartOfDay(zone).toInstant(), zone, groupBy);
    }

    private List<UsageRow> reportFrom(Instant from, ZoneId zone, Grouping... groupBy) {
        return report(prices(), new TenantId(tenant), from, zone, groupBy);
    }

    private List<UsageRow> reportWith(CreditPrices prices, ZoneId zone, Grouping... groupBy) {
        return report(prices, new TenantId(tenant), SEPTEMBER, zone, groupBy);
    }

    private List<UsageRow> reportOfAll(ZoneId zone, Grouping... groupBy) {
        return report(prices(), null, SEPTEMBER, zone, groupBy);
    }

    private List<UsageRow> report(
            CreditPrices prices, @Nullable TenantId of, Instant from, ZoneId zone, Grouping... groupBy) {
        return new UsageRepository(jdbc, prices).report(new UsageQuery(of, from, null, zone, Arrays.asList(groupBy)));
    }

    /** @param daysAndAmounts in turn */
    private static CreditPrices prices(String... daysAndAmounts) {
        List<CreditPrice> prices = new ArrayList<>();
        for (int index = 0; index < daysAndAmounts.length; index += 2) {
            prices.add(new CreditPrice(
                    LocalDate.parse(daysAndAmounts[index]), new BigDecimal(daysAndAmounts[index + 1]), EURO));
        }
        return new CreditPrices(prices);
    }

    private static org.assertj.core.groups.Tuple tuple(Object... values) {
        return org.assertj.core.groups.Tuple.tuple(values);
    }

    private void now(String instant) {
        jdbc.sql(
                        "create or replace function gateway_now() returns timestamptz language sql volatile return timestamptz '"
                                + instant + "'")
                .update();
    }

    private void newTenant(UUID id, String name) {
        jdbc.sql("insert into tenant (id, name) values (?, ?)")
                .param(id)
                .param(name)
                .update();
        jdbc.sql("select ledger_set_budget(?, 'Europe/Berlin', '{TOTAL}', '{1}', '{1000000}', '{null}')")
                .param(id)
                .query((_, _) -> true)
                .single();
    }

    private void newKey(UUID id, UUID of, String name) {
        jdbc.sql("insert into api_key (id, tenant_id, name, sha256) values (?, ?, ?, sha256(?::text::bytea))")
                .param(id)
                .param(of)
                .param(name)
                .param(id.toString())
                .update();
    }

    private UUID hold(UUID key, int images) {
        return hold(jdbc, tenant, key, images, null, true);
    }

    private UUID hold(UUID of, UUID key, int images, @Nullable String labels) {
        return hold(jdbc, of, key, images, labels, true);
    }

    private static UUID hold(
            JdbcClient database, UUID of, UUID key, int images, @Nullable String labels, boolean acknowledged) {
        UUID generation = UUID.randomUUID();
        String verdict = database.sql("""
                        select verdict from admit_generation(:id, :tenant, :key, null, 'x'::bytea, null, null, 'kling-v2', :images,
                            :credits, 'http://vendor', '{}'::bytea, gen_random_uuid(), :acknowledged, null, cast(:labels as jsonb))
                        """)
                .param("id", generation)
                .param("tenant", of)
                .param("key", key)
                .param("images", images)
                .param("credits", 2L * images)
                .param("acknowledged", acknowledged)
                .param("labels", labels)
                .query(String.class)
                .single();
        assertThat(verdict).isEqualTo("ADMITTED");
        return generation;
    }

    private void complete(UUID generation, long credits) {
        jdbc.sql(
                        "update generation set state = 'QUEUED', upstream_job_id = gen_random_uuid(), acknowledged = true where id = ?")
                .param(generation)
                .update();
        jdbc.sql(
                        "update generation set state = 'COMPLETED', captured_credits = ?, completed_at = gateway_now() where id = ?")
                .param(credits)
                .param(generation)
                .update();
        resolve(generation, "CAPTURE", credits);
    }

    private void fail(UUID generation) {
        jdbc.sql(
                        "update generation set state = 'FAILED', captured_credits = 0, completed_at = gateway_now() where id = ?")
                .param(generation)
                .update();
        resolve(generation, "RELEASE", 0);
    }

    private void resolve(UUID generation, String kind, long credits) {
        jdbc.sql("select ledger_resolve(?, ?, ?, 'test', null)")
                .param(generation)
                .param(kind)
                .param(credits)
                .query((_, _) -> true)
                .single();
    }

    private void adjust(long credits) {
        assertThat(jdbc.sql("select ledger_adjust(?, ?, 'test', 'a correction')")
                        .param(tenant)
                        .param(credits)
                        .query(Long.class)
                        .single())
                .isPositive();
    }
}
