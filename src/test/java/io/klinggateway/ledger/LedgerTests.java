package io.klinggateway.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.LedgerDatabase.Row;
import io.klinggateway.ledger.LedgerDatabase.Sums;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTests {

    private static final LedgerDatabase DATABASE = LedgerDatabase.migrated();
    private static final LocalDate EPOCH = LocalDate.EPOCH;

    @BeforeEach
    void startOnAQuietDay() {
        DATABASE.setTime("2026-06-17T12:00:00Z");
    }

    @Test
    void concurrentHoldsNeverExceedTheCeiling() throws Exception {
        int threads = 64;
        var tenant = DATABASE.tenant(PeriodKind.TOTAL, 51, "UTC");
        var entriesBefore = DATABASE.count("journal_entry");
        var start = new CountDownLatch(threads);

        try (var racers = Executors.newFixedThreadPool(threads)) {
            List<Future<Optional<UUID>>> holds = IntStream.range(0, threads)
                    .mapToObj(_ -> racers.submit(() -> {
                        start.countDown();
                        start.await();
                        return DATABASE.hold(tenant, 2);
                    }))
                    .toList();
            int accepted = 0;
            for (var hold : holds) {
                accepted += hold.get().isPresent() ? 1 : 0;
            }
            assertThat(accepted).isEqualTo(25);
        }

        assertThat(DATABASE.sums(tenant)).containsExactly(new Sums("TOTAL 1", EPOCH, 51L, 51L, 50, 0));
        assertThat(DATABASE.count("journal_entry")).isEqualTo(entriesBefore + 25);
        assertThat(DATABASE.differences()).isZero();
    }

    @Test
    void concurrentResolutionsOfOneHoldCountOnce() throws Exception {
        int threads = 16;
        var tenant = DATABASE.tenant(PeriodKind.TOTAL, 100, "UTC");
        var generation = DATABASE.hold(tenant, 8).orElseThrow();
        var start = new CountDownLatch(threads);

        try (var racers = Executors.newFixedThreadPool(threads)) {
            var resolutions = IntStream.range(0, threads)
                    .mapToObj(index -> racers.submit(() -> {
                        start.countDown();
                        start.await();
                        return index % 2 == 0 ? DATABASE.capture(generation, 6) : DATABASE.release(generation);
                    }))
                    .toList();
            int first = 0;
            for (var resolution : resolutions) {
                first += resolution.get().isPresent() ? 1 : 0;
            }
            assertThat(first).isEqualTo(1);
        }

        assertThat(DATABASE.balance(tenant).held()).isEqualTo(Credits.ZERO);
        assertThat(DATABASE.balance(tenant).captured().amount()).isIn(0L, 6L);
        assertThat(DATABASE.differences()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update journal_entry set reason = 'other'",
                "update journal_entry set reason = 'other' where false",
                "delete from journal_entry",
                "truncate journal_entry",
                "truncate journal_entry cascade"
            })
    void theJournalRefusesEveryChange(String change) {
        DATABASE.hold(DATABASE.tenant(PeriodKind.TOTAL, 10, "UTC"), 2);
        var entries = DATABASE.count("journal_entry");

        assertThatThrownBy(() -> DATABASE.jdbc().sql(change).update()).hasMessageContaining("append-only");

        assertThat(DATABASE.count("journal_entry")).isEqualTo(entries);
    }

    @Test
    void aHoldResolvesOnce() {
        var tenant = DATABASE.tenant(PeriodKind.TOTAL, 10, "UTC");
        var generation = DATABASE.hold(tenant, 8).orElseThrow();

        assertThat(DATABASE.capture(generation, 6)).contains(6L);

        assertThat(DATABASE.capture(generation, 8)).isEmpty();
        assertThat(DATABASE.release(generation)).isEmpty();
        assertThat(DATABASE.sums(tenant)).containsExactly(new Sums("TOTAL 1", EPOCH, 10L, 10L, 0, 6));
        assertThatThrownBy(() ->
                        DATABASE.jdbc().sql("""
                        insert into journal_entry (generation_id, tenant_id, windows, period_starts, entry_kind,
                                                   held_delta, at, actor)
                        select ?, tenant_id, array[id], array['1970-01-01'::date], 'RELEASE', -8, gateway_now(), 'test'
                          from budget_window where tenant_id = ?
                        """).params(generation, tenant).update())
                .hasMessageContaining("journal_entry_resolved_once");
    }

    @Test
    void whatNobodyHoldsCannotBeResolved() {
        assertThatThrownBy(() -> DATABASE.release(UUID.randomUUID())).hasMessageContaining("no rows");
    }

    @Test
    void aChargeAboveTheHoldIsCutToIt() {
        var tenant = DATABASE.tenant(PeriodKind.TOTAL, 10, "UTC");

        assertThat(DATABASE.capture(DATABASE.hold(tenant, 4).orElseThrow(), 5)).contains(4L);

        assertThat(DATABASE.sums(tenant)).containsExactly(new Sums("TOTAL 1", EPOCH, 10L, 10L, 0, 4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"held = held + 3", "captured = captured + 3", "ceiling = 7", "held = -1", "captured = -1"})
    void theDatabaseItselfRefusesOverspend(String change) {
        var tenant = DATABASE.tenant(PeriodKind.TOTAL, 10, "UTC");
        DATABASE.hold(tenant, 8);

        assertThatThrownBy(() -> DATABASE.jdbc()
                        .sql("update window_period set " + change + " where tenant_id = ?")
                        .param(tenant)
                        .update())
                .hasMessageContaining("check constraint");
    }

    @Test
    void aLoweredLimitBindsAndFreedCreditsNeverLeakPastIt() {
        var tenant = DATABASE.tenant(PeriodKind.TOTAL, 20, "UTC");
        var first = DATABASE.hold(tenant, 8).orElseThrow();
        var second = DATABASE.hold(tenant, 8).orElseThrow();

        DATABASE.setBudget(tenant, PeriodKind.TOTAL, 10, "UTC");

        assertThat(DATABASE.sums(tenant)).containsExactly(new Sums("TOTAL 1", EPOCH, 10L, 16L, 16, 0));
        assertThat(DATABASE.hold(tenant, 2)).isEmpty();
        assertThat(DATABASE.available(tenant)).isZero();

        DATABASE.release(first);

        assertThat(DATABASE.sums(tenant)).containsExactly(new Sums("TOTAL 1", EPOCH, 10L, 10L, 8, 0));
        assertThat(DATABASE.hold(tenant, 4)).isEmpty();
        assertThat(DATABASE.hold(tenant, 2)).isPresent();

        DATABASE.capture(second, 8);

        assertThat(DATABASE.sums(tenant)).containsExactly(new Sums("TOTAL 1", EPOCH, 10L, 10L, 2, 8));
        assertThat(DATABASE.hold(tenant, 2)).isEmpty();
    }

    @Test
    void aRaisedLimitGivesExactlyTheDifference() {
        var tenant = DATABASE.tenant(PeriodKind.TOTAL, 8, "UTC");
        DATABASE.hold(tenant, 8);

        DATABASE.setBudget(tenant, PeriodKind.TOTAL, 10, "UTC");

        assertThat(DATABASE.available(tenant)).isEqualTo(2);
        assertThat(DATABASE.hold(tenant, 4)).isEmpty();
        assertThat(DATABASE.hold(tenant, 2)).isPresent();
    }

    @Test
    void aPeriodWithoutARowReadsAsTheFullLimit() {
        var tenant = DATABASE.tenant(PeriodKind.MONTH, 12, "UTC");

        var balance = DATABASE.balance(tenant);
        assertThat(balance.periodStart()).isEqualTo("2026-06-01");
        assertThat(balance.resetsAt()).isEqualTo("2026-07-01T00:00:00Z");
        assertThat(balance.ceiling()).isEqualTo(new Credits(12));
        assertThat(balance.available()).isEqualTo(new Credits(12));
        assertThat(balance.held().isZero() && balance.captured().isZero()).isTrue();
        assertThat(DATABASE.hold(tenant, 14)).isEmpty();
        assertThat(DATABASE.rows(tenant)).isEmpty();
    }

    @Test
    void aTotalHasNeitherStartNorEnd() {
        var balance = DATABASE.balance(DATABASE.tenant(PeriodKind.TOTAL, 12, "UTC"));

        assertThat(balance.periodStart()).isNull();
        assertThat(balance.resetsAt()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "DAY,   UTC,              2026-06-17T23:59:59.999Z, 2026-06-17, 2026-06-18T00:00:00Z",
        "WEEK,  UTC,              2026-06-21T23:59:59.999Z, 2026-06-15, 2026-06-22T00:00:00Z",
        "MONTH, UTC,              2026-02-28T23:59:59.999Z, 2026-02-01, 2026-03-01T00:00:00Z",
        "DAY,   Europe/Berlin,    2026-03-28T22:59:59.999Z, 2026-03-28, 2026-03-28T23:00:00Z",
        "DAY,   Europe/Berlin,    2026-03-29T21:59:59.999Z, 2026-03-29, 2026-03-29T22:00:00Z",
        "WEEK,  Europe/Berlin,    2026-03-29T21:59:59.999Z, 2026-03-23, 2026-03-29T22:00:00Z",
        "MONTH, Europe/Berlin,    2026-03-31T21:59:59.999Z, 2026-03-01, 2026-03-31T22:00:00Z",
        "DAY,   Europe/Berlin,    2026-10-24T21:59:59.999Z, 2026-10-24, 2026-10-24T22:00:00Z",
        "DAY,   Europe/Berlin,    2026-10-25T22:59:59.999Z, 2026-10-25, 2026-10-25T23:00:00Z",
        "WEEK,  Europe/Berlin,    2026-10-25T22:59:59.999Z, 2026-10-19, 2026-10-25T23:00:00Z",
        "MONTH, Europe/Berlin,    2026-10-31T22:59:59.999Z, 2026-10-01, 2026-10-31T23:00:00Z",
        "DAY,   Pacific/Auckland, 2026-06-17T11:59:59.999Z, 2026-06-17, 2026-06-17T12:00:00Z"
    })
    void aPeriodEndsAtLocalMidnightAndTheNextBeginsFull(
            PeriodKind kind, String zone, String lastMoment, LocalDate start, Instant end) {
        DATABASE.setTime(lastMoment);
        var tenant = DATABASE.tenant(kind, 8, zone);
        assertThat(DATABASE.hold(tenant, 8)).isPresent();
        assertThat(DATABASE.hold(tenant, 2)).isEmpty();
        assertThat(DATABASE.balance(tenant).periodStart()).isEqualTo(start);
        assertThat(DATABASE.balance(tenant).resetsAt()).isEqualTo(end);

        DATABASE.setTime(end.toString());

        assertThat(DATABASE.available(tenant)).isEqualTo(8);
        assertThat(DATABASE.hold(tenant, 8)).isPresent();
        assertThat(DATABASE.hold(tenant, 2)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"DAY, 2026-06-18", "WEEK, 2026-06-22", "MONTH, 2026-07-01"})
    void aHoldSettlesIntoItsOwnPeriod(PeriodKind kind, LocalDate next) {
        var tenant = DATABASE.tenant(kind, 8, "UTC");
        var captured = DATABASE.hold(tenant, 4).orElseThrow();
        var released = DATABASE.hold(tenant, 4).orElseThrow();
        var old = DATABASE.sums(tenant).getFirst().start();
        DATABASE.setTime(next + "T00:00:00Z");
        DATABASE.hold(tenant, 2);

        DATABASE.capture(captured, 4);
        DATABASE.release(released);

        assertThat(DATABASE.sums(tenant))
                .containsExactly(new Sums(kind + " 1", old, 8L, 8L, 0, 4), new Sums(kind + " 1", next, 8L, 8L, 2, 0));
        assertThat(DATABASE.available(tenant)).isEqualTo(6);
        assertThat(DATABASE.differences()).isZero();
    }

    @Test
    void aTotalNeverStartsAnew() {
        var tenant = DATABASE.tenant(PeriodKind.TOTAL, 8, "UTC");
        DATABASE.capture(DATABASE.hold(tenant, 8).orElseThrow(), 8);

        DATABASE.setTime("2036-06-17T12:00:00Z");

        assertThat(DATABASE.hold(tenant, 2)).isEmpty();
    }

    @Test
    void aChangeOfTheLimitLeavesPastPeriodsAlone() {
        var tenant = DATABASE.tenant(PeriodKind.DAY, 8, "UTC");
        DATABASE.hold(tenant, 8);
        DATABASE.setTime("2026-06-18T12:00:00Z");
        DATABASE.hold(tenant, 2);

        DATABASE.setBudget(tenant, PeriodKind.DAY, 4, "UTC");

        assertThat(DATABASE.sums(tenant))
                .containsExactly(
                        new Sums("DAY 1", LocalDate.parse("2026-06-17"), 8L, 8L, 8, 0),
                        new Sums("DAY 1", LocalDate.parse("2026-06-18"), 4L, 4L, 2, 0));
    }

    @Test
    void allWindowsHoldAtOnceAndTheOneThatRefusesAndResetsLastIsNamed() {
        var tenant = DATABASE.tenant(window(PeriodKind.MONTH, 20L), window(PeriodKind.DAY, 6L));
        var key = DATABASE.keyBudget(tenant, window(PeriodKind.WEEK, 4L));
        assertThat(DATABASE.hold(tenant, key, 4)).isPresent();

        assertThat(spendable(tenant, key)).isEqualTo("0 KEY week 2026-06-22T00:00:00Z");
        assertThat(spendable(tenant, null)).isEqualTo("2 WINDOW day 2026-06-18T00:00:00Z");
        assertThat(DATABASE.hold(tenant, key, 2)).isEmpty();
        assertThat(DATABASE.hold(tenant, 2)).isPresent();
        assertThat(DATABASE.hold(tenant, 2)).isEmpty();

        for (int day = 18; day < 20; day++) {
            DATABASE.setTime("2026-06-" + day + "T12:00:00Z");
            assertThat(DATABASE.hold(tenant, 6)).isPresent();
        }
        DATABASE.setTime("2026-06-20T12:00:00Z");
        assertThat(spendable(tenant, null)).isEqualTo("2 TENANT month 2026-07-01T00:00:00Z");
        assertThat(DATABASE.hold(tenant, 4)).isEmpty();
        assertThat(DATABASE.hold(tenant, 2)).isPresent();
        assertThat(DATABASE.differences()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "WEEK,    7,  2026-06-17T12:00:00Z, 2026-06-14, 2026-06-21T00:00:00Z, week-sunday",
        "WEEK,    7,  2026-06-21T00:00:00Z, 2026-06-21, 2026-06-28T00:00:00Z, week-sunday",
        "MONTH,   15, 2026-01-14T23:59:59Z, 2025-12-15, 2026-01-15T00:00:00Z, month-15",
        "MONTH,   15, 2026-01-15T00:00:00Z, 2026-01-15, 2026-02-15T00:00:00Z, month-15",
        "MONTH,   28, 2026-03-01T00:00:00Z, 2026-02-28, 2026-03-28T00:00:00Z, month-28",
        "QUARTER, 1,  2026-06-30T23:59:59Z, 2026-04-01, 2026-07-01T00:00:00Z, quarter"
    })
    void aPeriodBeginsOnTheWindowsFirstDay(
            PeriodKind kind, int firstDay, String now, LocalDate start, Instant end, String name) {
        DATABASE.setTime(now);
        var balance = DATABASE.balance(DATABASE.tenant(new BudgetWindow(kind, firstDay, new Credits(8), null)));

        assertThat(balance.periodStart()).isEqualTo(start);
        assertThat(balance.resetsAt()).isEqualTo(end);
        assertThat(balance.name()).isEqualTo(name);
    }

    @Test
    void aShadowLimitCountsWhatItWouldRefuseAndRefusesNothing() {
        var tenant = DATABASE.tenant(
                new BudgetWindow(PeriodKind.MONTH, 1, new Credits(20), new Credits(8)),
                new BudgetWindow(PeriodKind.DAY, 1, null, new Credits(4)));

        for (int hold = 0; hold < 5; hold++) {
            assertThat(DATABASE.hold(tenant, 4)).isPresent();
        }

        assertThat(DATABASE.hold(tenant, 4)).isEmpty();
        assertThat(DATABASE.rows(tenant))
                .extracting(Row::begins, Row::held, Row::shadowRefused)
                .containsExactly(tuple("DAY 1", 20L, 4L), tuple("MONTH 1", 20L, 3L));
        assertThat(spendable(tenant, null)).isEqualTo("0 TENANT month 2026-07-01T00:00:00Z");
    }

    @Test
    void aWindowThatComesBackFindsWhatItHadCounted() {
        var tenant = DATABASE.tenant(window(PeriodKind.MONTH, 20L), window(PeriodKind.DAY, 6L));
        var generation = DATABASE.hold(tenant, 6).orElseThrow();
        DATABASE.setBudget(tenant, window(PeriodKind.MONTH, 20L));
        DATABASE.hold(tenant, 4);
        DATABASE.capture(generation, 6);

        DATABASE.setBudget(tenant, window(PeriodKind.MONTH, 20L), window(PeriodKind.DAY, 8L));

        assertThat(spendable(tenant, null)).isEqualTo("2 WINDOW day 2026-06-18T00:00:00Z");
        assertThat(DATABASE.differences()).isZero();
    }

    @Test
    void concurrentHoldsOfManyKeysExceedNoWindow() throws Exception {
        int threads = 48;
        var tenant = DATABASE.tenant(
                window(PeriodKind.TOTAL, 60L), new BudgetWindow(PeriodKind.DAY, 1, new Credits(51), new Credits(20)));
        var keys = List.of(
                DATABASE.keyBudget(tenant, window(PeriodKind.DAY, 10L)),
                DATABASE.keyBudget(tenant, window(PeriodKind.MONTH, 30L), window(PeriodKind.WEEK, 31L)),
                DATABASE.keyBudget(tenant, window(PeriodKind.DAY, 1000L)));
        var start = new CountDownLatch(threads);
        int accepted = 0;
        try (var racers = Executors.newFixedThreadPool(threads)) {
            List<Future<Optional<UUID>>> holds = IntStream.range(0, threads)
                    .mapToObj(index -> racers.submit(() -> {
                        start.countDown();
                        start.await();
                        return DATABASE.hold(tenant, keys.get(index % 3), 2);
                    }))
                    .toList();
            for (var hold : holds) {
                accepted += hold.get().isPresent() ? 1 : 0;
            }
        }

        assertThat(accepted).isEqualTo(25);
        assertThat(DATABASE.rows(tenant))
                .filteredOn(row -> row.keyBudget() == null)
                .extracting(Row::begins, Row::held, Row::shadowRefused)
                .containsExactly(tuple("DAY 1", 50L, 15L), tuple("TOTAL 1", 50L, 0L));
        assertThat(DATABASE.rows(tenant)).allMatch(row -> row.held() <= Objects.requireNonNull(row.allowed()));
        assertThat(DATABASE.differences()).isZero();
    }

    @Test
    void aKeysWindowHoldsItsNewLimitInThePeriodToWhichAnotherZoneLeadsBack() {
        DATABASE.setTime("2026-06-17T12:00:00Z");
        var tenant = DATABASE.tenant(PeriodKind.MONTH, 1000, "Asia/Tokyo");
        var key = DATABASE.keyBudget(tenant, window(PeriodKind.DAY, 100L));
        assertThat(DATABASE.hold(tenant, key, 8)).isPresent();
        DATABASE.setTime("2026-06-17T16:00:00Z"); // the 18th in Tokyo
        DATABASE.ledger()
                .setKeyBudget(new KeyBudgetId(key), new TenantId(tenant), List.of(window(PeriodKind.DAY, 10L)));

        DATABASE.setBudget(tenant, PeriodKind.MONTH, 1000, "UTC");

        assertThat(spendable(tenant, key)).isEqualTo("2 KEY day 2026-06-18T00:00:00Z");
        assertThat(DATABASE.hold(tenant, key, 4)).isEmpty();
        assertThat(DATABASE.hold(tenant, key, 2)).isPresent();
        DATABASE.ledger()
                .setKeyBudget(
                        new KeyBudgetId(key),
                        new TenantId(tenant),
                        List.of(new BudgetWindow(PeriodKind.DAY, 1, null, new Credits(4))));
        assertThat(DATABASE.hold(tenant, key, 8)).isPresent();
    }

    /** The clock strikes between its first look and the next. */
    @Test
    void aGrantOverTheTurnOfAPeriodCountsWhereTheJournalSays() {
        var tenant = DATABASE.tenant(window(PeriodKind.MONTH, 4L), window(PeriodKind.DAY, 2L));
        DATABASE.jdbc().sql("create sequence looks").update();
        DATABASE.jdbc().sql("""
                        create or replace function gateway_now() returns timestamptz language sql volatile
                            return case when nextval('looks') <= 1 then timestamptz '2026-06-30T23:59:59.999Z'
                                        else timestamptz '2026-07-01T00:00:00Z' end
                        """).update();

        try {
            assertThat(correct("ledger_grant", tenant, 5)).isPresent();

            assertThat(DATABASE.available(tenant)).isEqualTo(7);
            assertThat(DATABASE.differences()).isZero();
        } finally {
            DATABASE.restoreSettableTime();
        }
    }

    @Test
    void aCorrectionLeavesTheWindowsAloneThatHaveNotSpentSoMuch() {
        var tenant = DATABASE.tenant(window(PeriodKind.MONTH, 20L), window(PeriodKind.DAY, 8L));
        DATABASE.capture(DATABASE.hold(tenant, 8).orElseThrow(), 8);
        DATABASE.setTime("2026-06-18T12:00:00Z");
        DATABASE.capture(DATABASE.hold(tenant, 2).orElseThrow(), 2);

        assertThat(correct("ledger_adjust", tenant, -6)).isPresent();

        assertThat(DATABASE.budgetStatus(tenant).windows())
                .extracting(window -> window.name() + " " + window.captured().amount())
                .containsExactly("month 4", "day 2");
        assertThat(correct("ledger_adjust", tenant, 7)).isEmpty();
        assertThat(correct("ledger_grant", tenant, 5)).isPresent();
        assertThat(DATABASE.available(tenant)).isEqualTo(11);
        assertThat(DATABASE.differences()).isZero();
    }

    private static Optional<Long> correct(String function, UUID tenant, long credits) {
        return DATABASE.jdbc()
                .sql("select " + function + "(?, ?, 'test', 'because')")
                .params(tenant, credits)
                .query((row, _) -> Optional.ofNullable(row.getObject(1, Long.class)))
                .single();
    }

    private static BudgetWindow window(PeriodKind kind, long limit) {
        return new BudgetWindow(kind, 1, new Credits(limit), null);
    }

    private static String spendable(UUID tenant, @Nullable UUID keyBudget) {
        var left = DATABASE.ledger()
                .budgetStatus(new TenantId(tenant), keyBudget == null ? null : new KeyBudgetId(keyBudget))
                .spendable();
        return left.available().amount() + " " + left.limitedBy() + " " + left.window() + " " + left.resetsAt();
    }

    @Test
    void tenantsDoNotTouchEachOthersBalances() {
        var one = DATABASE.tenant(PeriodKind.TOTAL, 8, "UTC");
        var other = DATABASE.tenant(PeriodKind.TOTAL, 8, "UTC");

        DATABASE.hold(one, 8);

        assertThat(DATABASE.available(other)).isEqualTo(8);
        assertThat(DATABASE.hold(other, 8)).isPresent();
    }

    @Test
    void aSecondHoldOfOneGenerationIsRefusedAndLeavesNothing() {
        var tenant = DATABASE.tenant(PeriodKind.TOTAL, 8, "UTC");
        var generation = DATABASE.hold(tenant, 4).orElseThrow();

        assertThatThrownBy(() -> holdAgain(generation, tenant)).hasMessageContaining("journal_entry_once");

        assertThat(DATABASE.sums(tenant)).containsExactly(new Sums("TOTAL 1", EPOCH, 8L, 8L, 4, 0));
        assertThat(DATABASE.differences()).isZero();
    }

    private static @Nullable Object holdAgain(UUID generation, UUID tenant) {
        return DATABASE.jdbc()
                .sql("select accepted from ledger_hold(?, ?, ?, 2, 'test')")
                .params(generation, tenant, UUID.randomUUID())
                .query(Boolean.class)
                .single();
    }
}
