package io.klinggateway.ledger;

import io.klinggateway.credits.Credits;
import io.klinggateway.database.TestDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A migrated database whose time a test can set. */
final class LedgerDatabase {

    /** The latest row counts; a database whose time nobody has set runs on the real one. */
    private static final String SETTABLE_TIME = """
            create table if not exists test_time (seq bigint generated always as identity, now timestamptz not null);
            create or replace function gateway_now() returns timestamptz language sql volatile
                return coalesce((select now from test_time order by seq desc limit 1), clock_timestamp());
            """;

    private final DataSource dataSource;
    private final JdbcClient jdbc;

    private LedgerDatabase(DataSource dataSource) {
        this.dataSource = dataSource;
        this.jdbc = JdbcClient.create(dataSource);
    }

    static LedgerDatabase migrated() {
        var database = new LedgerDatabase(TestDatabase.migrated().dataSource());
        database.jdbc.sql(SETTABLE_TIME).update();
        return database;
    }

    /** After a test that put another clock in its place. */
    void restoreSettableTime() {
        jdbc.sql(SETTABLE_TIME).update();
    }

    DataSource dataSource() {
        return dataSource;
    }

    JdbcClient jdbc() {
        return jdbc;
    }

    Ledger ledger() {
        return new Ledger(jdbc);
    }

    void setTime(String instant) {
        jdbc.sql("insert into test_time (now) values (?)")
                .param(OffsetDateTime.ofInstant(Instant.parse(instant), ZoneOffset.UTC))
                .update();
    }

    UUID tenant(PeriodKind kind, long limit, String zone) {
        var tenant = UUID.randomUUID();
        setBudget(tenant, kind, limit, zone);
        return tenant;
    }

    UUID tenant(BudgetWindow... windows) {
        var tenant = UUID.randomUUID();
        setBudget(tenant, windows);
        return tenant;
    }

    void setBudget(UUID tenant, BudgetWindow... windows) {
        ledger().setBudget(new TenantId(tenant), new Budget(ZoneId.of("UTC"), List.of(windows)));
    }

    void setBudget(UUID tenant, PeriodKind kind, long limit, String zone) {
        ledger().setBudget(
                        new TenantId(tenant),
                        new Budget(ZoneId.of(zone), List.of(new BudgetWindow(kind, 1, new Credits(limit), null))));
    }

    UUID keyBudget(UUID tenant, BudgetWindow... windows) {
        var keyBudget = UUID.randomUUID();
        ledger().setKeyBudget(new KeyBudgetId(keyBudget), new TenantId(tenant), List.of(windows));
        return keyBudget;
    }

    /** @return the hold's generation, or nothing if it did not fit */
    Optional<UUID> hold(UUID tenant, long credits) {
        return hold(tenant, null, credits);
    }

    /** @return the hold's generation, or nothing if it did not fit */
    Optional<UUID> hold(UUID tenant, @Nullable UUID keyBudget, long credits) {
        var generation = UUID.randomUUID();
        var accepted = jdbc.sql(
                        "select accepted from ledger_hold(:generation, :tenant, gen_random_uuid(), :credits, 'test', :keyBudget)")
                .param("generation", generation)
                .param("tenant", tenant)
                .param("credits", credits)
                .param("keyBudget", keyBudget, Types.OTHER)
                .query(Boolean.class)
                .single();
        return accepted ? Optional.of(generation) : Optional.empty();
    }

    Optional<Long> capture(UUID generation, long charged) {
        return resolve(generation, "CAPTURE", charged);
    }

    Optional<Long> release(UUID generation) {
        return resolve(generation, "RELEASE", 0);
    }

    private Optional<Long> resolve(UUID generation, String kind, long charged) {
        return jdbc.sql("select ledger_resolve(?, ?, ?, 'test', null)")
                .params(generation, kind, charged)
                .query((row, _) -> Optional.ofNullable(row.getObject(1, Long.class)))
                .single();
    }

    /** Of the window that decides. */
    WindowBalance balance(UUID tenant) {
        return budgetStatus(tenant).limiting();
    }

    BudgetStatus budgetStatus(UUID tenant) {
        return ledger().budgetStatus(new TenantId(tenant), null);
    }

    long available(UUID tenant) {
        return budgetStatus(tenant).spendable().available().amount();
    }

    List<Row> rows(UUID tenant) {
        return jdbc.sql(ROWS + " order by period_kind, p.period_start")
                .param("tenants", new UUID[] {tenant})
                .query((row, _) -> row(row))
                .list();
    }

    /** How many balances differ from the sums of their journal. */
    long differences() {
        return count("ledger_difference");
    }

    long count(String table) {
        return jdbc.sql("select count(*) from " + table).query(Long.class).single();
    }

    static final String ROWS = """
            select p.*, w.key_budget_id, w.period_kind, w.first_day
              from window_period p join budget_window w on w.id = p.window_id
             where p.tenant_id = any (:tenants)
            """;

    static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getObject("key_budget_id", UUID.class),
                row.getString("period_kind") + " " + row.getInt("first_day"),
                row.getObject("period_start", LocalDate.class),
                row.getLong("granted"),
                row.getObject("allowed", Long.class),
                row.getObject("ceiling", Long.class),
                row.getLong("held"),
                row.getLong("captured"),
                row.getLong("shadow_refused"),
                instant(row.getObject("empty_since", OffsetDateTime.class)));
    }

    static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    /** A window's period as it is stored. */
    record Row(
            @Nullable UUID keyBudget,
            String begins,
            LocalDate start,
            long granted,
            @Nullable Long allowed,
            @Nullable Long ceiling,
            long held,
            long captured,
            long shadowRefused,
            @Nullable Instant emptySince) {}

    /** A balance of one window, without what tells why it is empty. */
    record Sums(
            String begins,
            LocalDate start,
            @Nullable Long allowed,
            @Nullable Long ceiling,
            long held,
            long captured) {}

    List<Sums> sums(UUID tenant) {
        return rows(tenant).stream()
                .map(row ->
                        new Sums(row.begins(), row.start(), row.allowed(), row.ceiling(), row.held(), row.captured()))
                .toList();
    }
}
