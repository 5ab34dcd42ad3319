package io.klinggateway.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.LedgerDatabase.Row;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
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

        assertThat(DATABASE.rows(tenant)).containsExactly(new Row(PeriodKind.TOTAL, EPOCH, 51, 51, 50, 0));
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
        assertThat(DATABASE.rows(tenant)).containsExactly(new Row(PeriodKind.TOTAL, EPOCH, 10, 10, 0, 6));
        assertThatThrownBy(() ->
                        DATABASE.jdbc().sql("""
                        insert into journal_entry (generation_id, tenant_id, period_kind, period_start, entry_kind,
                                                   held_delta, at, actor)
                        values (?, ?, 'TOTAL', '1970-01-01', 'RELEASE', -8, gateway_now(), 'test')
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

        assertThat(DATABASE.rows(tenant)).containsExactly(new Row(PeriodKind.TOTAL, EPOCH, 10, 10, 0, 4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"held = held + 3", "captured = captured + 3", "ceiling = 7", "held = -1", "captured = -1"})
    void theDatabaseItselfRefusesOverspend(String change) {
        var tenant = DATABASE.tenant(PeriodKind.TOTAL, 10, "UTC");
        DATABASE.hold(tenant, 8);

        assertThatThrownBy(() -> DATABASE.jdbc()
                        .sql("update budget_period set " + change + " where tenant_id = ?")
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

        assertThat(DATABASE.rows(tenant)).containsExactly(new Row(PeriodKind.TOTAL, EPOCH, 10, 16, 16, 0));
        assertThat(DATABASE.hold(tenant, 2)).isEmpty();
        assertThat(DATABASE.balance(tenant).available()).isEqualTo(Credits.ZERO);

        DATABASE.release(first);

        assertThat(DATABASE.rows(tenant)).containsExactly(new Row(PeriodKind.TOTAL, EPOCH, 10, 10, 8, 0));
        assertThat(DATABASE.hold(tenant, 4)).isEmpty();
        assertThat(DATABASE.hold(tenant, 2)).isPresent();

        DATABASE.capture(second, 8);

        assertThat(DATABASE.rows(tenant)).containsExactly(new Row(PeriodKind.TOTAL, EPOCH, 10, 10, 2, 8));
        assertThat(DATABASE.hold(tenant, 2)).isEmpty();
    }

    @Test
    void aRaisedLimitGivesExactlyTheDifference() {
        var tenant = DATABASE.tenant(PeriodKind.TOTAL, 8, "UTC");
        DATABASE.hold(tenant, 8);

        DATABASE.setBudget(tenant, PeriodKind.TOTAL, 10, "UTC");

        assertThat(DATABASE.balance(tenant).available()).isEqualTo(new Credits(2));
        assertThat(DATABASE.hold(tenant, 4)).isEmpty();
        assertThat(DATABASE.hold(tenant, 2)).isPresent();
    }

    @Test
    void aPeriodWithoutARowReadsAsTheFullLimit() {
        var tenant = DATABASE.tenant(PeriodKind.MONTH, 12, "UTC");

        assertThat(DATABASE.balance(tenant))
                .isEqualTo(new Balance(
                        PeriodKind.MONTH,
                        LocalDate.parse("2026-06-01"),
                        Instant.parse("2026-07-01T00:00:00Z"),
                        new Credits(12),
                        Credits.ZERO,
                        Credits.ZERO,
                        new Credits(12)));
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

        assertThat(DATABASE.balance(tenant).available()).isEqualTo(new Credits(8));
        assertThat(DATABASE.hold(tenant, 8)).isPresent();
        assertThat(DATABASE.hold(tenant, 2)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"DAY, 2026-06-18", "WEEK, 2026-06-22", "MONTH, 2026-07-01"})
    void aHoldSettlesIntoItsOwnPeriod(PeriodKind kind, LocalDate next) {
        var tenant = DATABASE.tenant(kind, 8, "UTC");
        var captured = DATABASE.hold(tenant, 4).orElseThrow();
        var released = DATABASE.hold(tenant, 4).orElseThrow();
        var old = DATABASE.rows(tenant).getFirst().start();
        DATABASE.setTime(next + "T00:00:00Z");
        DATABASE.hold(tenant, 2);

        DATABASE.capture(captured, 4);
        DATABASE.release(released);

        assertThat(DATABASE.rows(tenant))
                .containsExactly(new Row(kind, old, 8, 8, 0, 4), new Row(kind, next, 8, 8, 2, 0));
        assertThat(DATABASE.balance(tenant).available()).isEqualTo(new Credits(6));
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

        assertThat(DATABASE.rows(tenant))
                .containsExactly(
                        new Row(PeriodKind.DAY, LocalDate.parse("2026-06-17"), 8, 8, 8, 0),
                        new Row(PeriodKind.DAY, LocalDate.parse("2026-06-18"), 4, 4, 2, 0));
    }

    @Test
    void tenantsDoNotTouchEachOthersBalances() {
        var one = DATABASE.tenant(PeriodKind.TOTAL, 8, "UTC");
        var other = DATABASE.tenant(PeriodKind.TOTAL, 8, "UTC");

        DATABASE.hold(one, 8);

        assertThat(DATABASE.balance(other).available()).isEqualTo(new Credits(8));
        assertThat(DATABASE.hold(other, 8)).isPresent();
    }

    @Test
    void aSecondHoldOfOneGenerationIsRefusedAndLeavesNothing() {
        var tenant = DATABASE.tenant(PeriodKind.TOTAL, 8, "UTC");
        var generation = DATABASE.hold(tenant, 4).orElseThrow();

        assertThatThrownBy(() -> holdAgain(generation, tenant)).hasMessageContaining("journal_entry_once");

        assertThat(DATABASE.rows(tenant)).containsExactly(new Row(PeriodKind.TOTAL, EPOCH, 8, 8, 4, 0));
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
