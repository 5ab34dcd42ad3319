package io.klinggateway.ledger;

import io.klinggateway.database.TestDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A migrated database whose time a test can set. */
final class LedgerDatabase {

    /** The latest row counts; a database whose time nobody has set runs on the real one. */
    private static final String SETTABLE_TIME = """
            create table test_time (seq bigint generated always as identity, now timestamptz not null);
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
        var database = new LedgerDatabase(TestDatabase.fresh().dataSource());
        Flyway.configure().dataSource(database.dataSource).load().migrate();
        database.jdbc.sql(SETTABLE_TIME).update();
        return database;
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

    void setBudget(UUID tenant, PeriodKind kind, long limit, String zone) {
        jdbc.sql("select ledger_set_budget(?, ?, ?, ?)")
                .params(tenant, kind.name(), limit, zone)
                .query((_, _) -> true)
                .single();
    }

    /** @return the hold's generation, or nothing if it did not fit */
    Optional<UUID> hold(UUID tenant, long credits) {
        var generation = UUID.randomUUID();
        var accepted = jdbc.sql("select accepted from ledger_hold(?, ?, ?, ?, 'test')")
                .params(generation, tenant, UUID.randomUUID(), credits)
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

    Balance balance(UUID tenant) {
        return ledger().balance(new TenantId(tenant));
    }

    List<Row> rows(UUID tenant) {
        return jdbc.sql("select * from budget_period where tenant_id = ? order by period_kind, period_start")
                .param(tenant)
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

    static Row row(ResultSet row) throws SQLException {
        return new Row(
                PeriodKind.valueOf(row.getString("period_kind")),
                row.getObject("period_start", LocalDate.class),
                row.getLong("allowed"),
                row.getLong("ceiling"),
                row.getLong("held"),
                row.getLong("captured"));
    }

    static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    /** A budget period as it is stored. */
    record Row(PeriodKind kind, LocalDate start, long allowed, long ceiling, long held, long captured) {}
}
