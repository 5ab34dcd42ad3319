package io.klinggateway.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.ledger.LedgerDatabase.Row;
import io.klinggateway.ledger.LedgerModel.BalanceAnswer;
import io.klinggateway.ledger.LedgerModel.HoldAnswer;
import io.klinggateway.ledger.LedgerModel.Policy;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random histories on real PostgreSQL against {@link LedgerModel}. {@code -Dledger.histories=40000} runs more of them;
 * {@code -Dledger.seed=…} with {@code -Dledger.histories=1} runs one again.
 */
class LedgerHistoryTests {

    private static final int HISTORIES = Integer.getInteger("ledger.histories", 1000);
    private static final long FIRST_SEED = Long.getLong("ledger.seed", 1);
    private static final int OPERATIONS = 50;
    private static final int OPERATIONS_PER_AUDIT = 10;
    private static final int HISTORIES_PER_VACUUM = 50;

    @Test
    void balancesAlwaysEqualTheModel() throws SQLException {
        var database = LedgerDatabase.migrated();
        try (var connection = database.dataSource().getConnection()) {
            useSessionTime(connection);
            for (int index = 0; index < HISTORIES; index++) {
                if (index % HISTORIES_PER_VACUUM == 0) {
                    connection.setAutoCommit(true);
                    execute(connection, "vacuum journal_entry, budget_period, budget");
                    connection.setAutoCommit(false);
                }
                new History(connection, FIRST_SEED + index).run();
                connection.rollback();
            }
        }
    }

    private static void useSessionTime(Connection connection) throws SQLException {
        execute(connection, """
                create or replace function gateway_now() returns timestamptz language sql volatile
                    return current_setting('test.now')::timestamptz
                """);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** One transaction, rolled back by the caller, so that every history finds the books empty. */
    private static final class History {

        private static final List<ZoneId> ZONES = Stream.of(
                        "UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland")
                .map(ZoneId::of)
                .toList();

        private final Connection connection;
        private final long seed;
        private final Random random;
        private final LedgerModel model;
        private final List<UUID> tenants = new ArrayList<>();
        private final List<UUID> generations = new ArrayList<>();
        private final List<String> told = new ArrayList<>();

        History(Connection connection, long seed) {
            this.connection = connection;
            this.seed = seed;
            this.random = new Random(seed);
            this.model = new LedgerModel(Instant.parse("2026-01-01T00:00:00Z")
                    .plusSeconds(random.nextLong(Duration.ofDays(365).toSeconds())));
        }

        void run() throws SQLException {
            moveTo(model.now());
            for (int count = 1 + random.nextInt(3); count > 0; count--) {
                tenants.add(randomId());
                setBudget(tenants.getLast());
            }
            for (int operation = 1; operation <= OPERATIONS; operation++) {
                try {
                    operate();
                    compare();
                    if (operation % OPERATIONS_PER_AUDIT == 0) {
                        audit();
                    }
                } catch (SQLException | AssertionError failure) {
                    throw new AssertionError(
                            "seed " + seed + ", after:\n" + String.join("\n", told) + "\n" + failure.getMessage(),
                            failure);
                }
            }
        }

        private void operate() throws SQLException {
            int dice = random.nextInt(100);
            if (dice < 50 || (generations.isEmpty() && dice < 80)) {
                hold(any(tenants), 2L * (1 + random.nextInt(4)));
            } else if (dice < 67) {
                capture(any(generations), random.nextInt(10));
            } else if (dice < 80) {
                release(any(generations));
            } else if (dice < 90) {
                setBudget(any(tenants));
            } else {
                moveTo(model.now().plusSeconds(randomSeconds()));
            }
        }

        private void hold(UUID tenant, long credits) throws SQLException {
            var generation = randomId();
            tell("hold " + credits + " of " + tenant);
            var expected = model.hold(generation, tenant, credits);
            try (var statement = prepare(
                            "select * from ledger_hold(?, ?, ?, ?, 'test')", generation, tenant, randomId(), credits);
                    var row = one(statement)) {
                assertThat(new HoldAnswer(
                                row.getBoolean("accepted"), row.getLong("available"), instant(row, "resets_at")))
                        .isEqualTo(expected);
            }
            if (expected.accepted()) {
                generations.add(generation);
            }
        }

        private void capture(UUID generation, long charged) throws SQLException {
            tell("capture " + charged + " of generation " + generation);
            assertThat(resolve(generation, "CAPTURE", charged)).isEqualTo(model.capture(generation, charged));
        }

        private void release(UUID generation) throws SQLException {
            tell("release generation " + generation);
            assertThat(resolve(generation, "RELEASE", 0)).isEqualTo(model.release(generation));
        }

        private @Nullable Long resolve(UUID generation, String kind, long charged) throws SQLException {
            try (var statement = prepare("select ledger_resolve(?, ?, ?, 'test', null)", generation, kind, charged);
                    var row = one(statement)) {
                return row.getObject(1, Long.class);
            }
        }

        private void setBudget(UUID tenant) throws SQLException {
            var kinds = PeriodKind.values();
            var policy = new Policy(kinds[random.nextInt(kinds.length)], random.nextInt(60), any(ZONES));
            tell(policy + " of " + tenant);
            model.setBudget(tenant, policy);
            try (var statement = prepare(
                    "select ledger_set_budget(?, ?, ?, ?)",
                    tenant,
                    policy.kind().name(),
                    policy.limit(),
                    policy.zone().getId())) {
                statement.execute();
            }
        }

        private void moveTo(Instant time) throws SQLException {
            tell("it is " + time);
            model.moveTo(time);
            try (var statement = prepare("select set_config('test.now', ?, false)", time.toString())) {
                statement.execute();
            }
        }

        /** Mostly hours, now and then weeks. */
        private long randomSeconds() {
            return random.nextLong(
                    random.nextInt(3) > 0
                            ? Duration.ofHours(30).toSeconds()
                            : Duration.ofDays(40).toSeconds());
        }

        private void compare() throws SQLException {
            Map<UUID, BalanceAnswer> balances = new HashMap<>();
            Map<UUID, Set<Row>> stored = new HashMap<>();
            try (var statement = prepareForTenants("""
                    select t as tenant, b.* from unnest(?) t, ledger_balance(t) b;
                    select * from budget_period where tenant_id = any (?)
                    """, 2)) {
                statement.execute();
                for (var rows = statement.getResultSet(); rows.next(); ) {
                    var balance = balance(rows);
                    balances.put(balance.tenant(), balance);
                }
                statement.getMoreResults(Statement.CLOSE_CURRENT_RESULT);
                for (var rows = statement.getResultSet(); rows.next(); ) {
                    stored.computeIfAbsent(rows.getObject("tenant_id", UUID.class), _ -> new HashSet<>())
                            .add(LedgerDatabase.row(rows));
                }
            }
            for (var tenant : tenants) {
                assertThat(balances.get(tenant)).isEqualTo(model.balance(tenant));
                assertThat(stored.getOrDefault(tenant, Set.of())).isEqualTo(model.rows(tenant));
            }
            assertThat(stored.values().stream().flatMap(Set::stream))
                    .allMatch(row -> row.held() >= 0
                            && row.captured() >= 0
                            && row.held() + row.captured() <= row.ceiling()
                            && row.ceiling() >= row.allowed());
        }

        private void audit() throws SQLException {
            try (var statement = prepare("select * from ledger_difference");
                    var rows = statement.executeQuery()) {
                assertThat(rows.next()).as("a balance differs from its journal").isFalse();
            }
        }

        private static BalanceAnswer balance(ResultSet row) throws SQLException {
            return new BalanceAnswer(
                    row.getObject("tenant", UUID.class),
                    PeriodKind.valueOf(row.getString("period_kind")),
                    row.getObject("period_start", LocalDate.class),
                    instant(row, "resets_at"),
                    row.getLong("ceiling"),
                    row.getLong("held"),
                    row.getLong("captured"),
                    row.getLong("available"));
        }

        private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
            return LedgerDatabase.instant(row.getObject(column, OffsetDateTime.class));
        }

        private PreparedStatement prepareForTenants(String sql, int times) throws SQLException {
            Array ids = connection.createArrayOf("uuid", tenants.toArray());
            Object[] parameters = new Object[times];
            Arrays.fill(parameters, ids);
            return prepare(sql, parameters);
        }

        /** The driver keeps what it prepared, so that each text is planned once. */
        private PreparedStatement prepare(String sql, Object... parameters) throws SQLException {
            var statement = connection.prepareStatement(sql);
            for (int index = 0; index < parameters.length; index++) {
                statement.setObject(index + 1, parameters[index]);
            }
            return statement;
        }

        private static ResultSet one(PreparedStatement statement) throws SQLException {
            var rows = statement.executeQuery();
            assertThat(rows.next()).isTrue();
            return rows;
        }

        private <T> T any(List<T> choices) {
            return choices.get(random.nextInt(choices.size()));
        }

        /** From the seed too, so that a repeated history shows the same ids. */
        private UUID randomId() {
            return new UUID(random.nextLong(), random.nextLong());
        }

        private void tell(String what) {
            told.add(told.size() + ". " + what);
        }
    }
}
