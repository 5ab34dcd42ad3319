package io.klinggateway.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.ledger.AvailableCredits.LimitedBy;
import io.klinggateway.ledger.LedgerDatabase.Row;
import io.klinggateway.ledger.LedgerModel.BalanceAnswer;
import io.klinggateway.ledger.LedgerModel.HoldAnswer;
import io.klinggateway.ledger.LedgerModel.Owner;
import io.klinggateway.ledger.LedgerModel.Window;
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
 * Random histories on real PostgreSQL against {@link LedgerModel}. {@code -Dledger.seed=…} with
 * {@code -Dledger.histories=1} runs one again; {@link LongLedgerHistoryIT} runs many more.
 */
class LedgerHistoryTests {

    private static final int HISTORIES = Integer.getInteger("ledger.histories", 250);
    private static final long FIRST_SEED = Long.getLong("ledger.seed", 1);
    private static final int OPERATIONS = 50;
    private static final int OPERATIONS_PER_AUDIT = 10;
    private static final int HISTORIES_PER_VACUUM = 50;

    @Test
    void balancesAlwaysEqualTheModel() throws SQLException {
        compare(HISTORIES, FIRST_SEED);
    }

    static void compare(int histories, long firstSeed) throws SQLException {
        var database = LedgerDatabase.migrated();
        try (var connection = database.dataSource().getConnection()) {
            useSessionTime(connection);
            for (int index = 0; index < histories; index++) {
                if (index % HISTORIES_PER_VACUUM == 0) {
                    connection.setAutoCommit(true);
                    execute(connection, "vacuum journal_entry, window_period, budget_window, budget");
                    connection.setAutoCommit(false);
                }
                new History(connection, firstSeed + index).run();
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

        /** In the last three, clocks go back over midnight, or forward from it. */
        private static final List<ZoneId> ZONES = Stream.of(
                        "UTC",
                        "Europe/Berlin",
                        "America/New_York",
                        "Asia/Kathmandu",
                        "Pacific/Auckland",
                        "Atlantic/Azores",
                        "America/Havana",
                        "Africa/Cairo")
                .map(ZoneId::of)
                .toList();

        private static final String[] IRRELEVANT_IF_ACCEPTED = {"limitedBy", "window", "resetsAt"};

        private final Connection connection;
        private final long seed;
        private final Random random;
        private final LedgerModel model;
        private final List<UUID> tenants = new ArrayList<>();
        private final List<Owner> owners = new ArrayList<>();
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
            for (int count = 1 + random.nextInt(2); count > 0; count--) {
                var tenant = randomId();
                tenants.add(tenant);
                setBudget(new Owner(tenant, null));
                for (int keys = random.nextInt(3); keys > 0; keys--) {
                    setBudget(new Owner(tenant, randomId()));
                }
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
            if (dice < 46 || (generations.isEmpty() && dice < 74)) {
                hold(any(owners), 2L * (1 + random.nextInt(4)));
            } else if (dice < 62) {
                capture(any(generations), random.nextInt(10));
            } else if (dice < 74) {
                release(any(generations));
            } else if (dice < 83) {
                setBudget(any(owners));
            } else if (dice < 86) {
                grant(any(tenants), 1 + random.nextInt(10));
            } else if (dice < 90) {
                adjust(any(tenants), (random.nextBoolean() ? 1L : -1L) * (1 + random.nextInt(8)));
            } else {
                moveTo(model.now().plusSeconds(randomSeconds()));
            }
        }

        private void hold(Owner owner, long credits) throws SQLException {
            var generation = randomId();
            tell("hold " + credits + " of " + owner);
            var expected = model.hold(generation, owner, credits);
            try (var statement = prepare(
                            "select * from ledger_hold(?, ?, ?, ?, 'test', ?)",
                            generation,
                            owner.tenant(),
                            randomId(),
                            credits,
                            owner.keyBudget());
                    var row = one(statement)) {
                assertThat(new HoldAnswer(
                                row.getBoolean("accepted"),
                                row.getLong("available"),
                                LimitedBy.valueOf(row.getString("limited_by")),
                                row.getString("window_name"),
                                instant(row, "resets_at")))
                        .usingRecursiveComparison()
                        .ignoringFields(expected.accepted() ? IRRELEVANT_IF_ACCEPTED : new String[0])
                        .isEqualTo(expected);
            }
            if (expected.accepted()) {
                generations.add(generation);
            }
        }

        private void grant(UUID tenant, long credits) throws SQLException {
            tell("grant " + credits + " to " + tenant);
            model.grant(tenant, credits);
            try (var statement = prepare("select ledger_grant(?, ?, 'test', 'test')", tenant, credits);
                    var row = one(statement)) {
                assertThat(row.getObject(1)).isNotNull();
            }
        }

        private void adjust(UUID tenant, long credits) throws SQLException {
            tell("adjust " + tenant + " by " + credits);
            var expected = model.adjust(tenant, credits);
            try (var statement = prepare("select ledger_adjust(?, ?, 'test', 'test')", tenant, credits);
                    var row = one(statement)) {
                assertThat(row.getObject(1) != null).isEqualTo(expected);
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

        private void setBudget(Owner owner) throws SQLException {
            if (!owners.contains(owner)) {
                owners.add(owner);
            }
            var windows = randomWindows(owner.keyBudget() == null);
            tell(windows + " of " + owner);
            if (owner.keyBudget() == null) {
                var zone = any(ZONES);
                tell(zone + " of " + owner.tenant());
                model.setZone(owner.tenant(), zone);
                write("select ledger_set_budget(?, ?, ?, ?, ?, ?)", owner.tenant(), zone.getId(), windows);
            } else {
                write("select ledger_set_windows(?, ?, ?, ?, ?, ?)", owner.tenant(), owner.keyBudget(), windows);
            }
            model.setWindows(owner, windows);
        }

        private void write(String sql, UUID tenant, Object second, List<Window> windows) throws SQLException {
            try (var statement = prepare(
                    sql,
                    tenant,
                    second,
                    connection.createArrayOf(
                            "text",
                            windows.stream().map(window -> window.kind().name()).toArray()),
                    connection.createArrayOf(
                            "integer", windows.stream().map(Window::firstDay).toArray()),
                    connection.createArrayOf(
                            "bigint", windows.stream().map(Window::limit).toArray()),
                    connection.createArrayOf(
                            "bigint", windows.stream().map(Window::shadowLimit).toArray()))) {
                statement.execute();
            }
        }

        /** One to three; some with a shadow limit, a key's perhaps without any other. */
        private List<Window> randomWindows(boolean ofTenant) {
            Map<String, Window> windows = new HashMap<>();
            for (int count = 1 + random.nextInt(3); count > 0; count--) {
                var kind = any(List.of(PeriodKind.values()));
                boolean shadow = random.nextInt(4) == 0;
                boolean guards = !shadow || random.nextBoolean() || (ofTenant && count == 1);
                var window = new Window(
                        kind,
                        random.nextBoolean() ? 1 : 1 + random.nextInt(kind.lastFirstDay()),
                        guards ? Long.valueOf(random.nextInt(60)) : null,
                        shadow ? Long.valueOf(random.nextInt(40)) : null);
                windows.put(window.begins(), window);
            }
            if (ofTenant && windows.values().stream().allMatch(window -> window.limit() == null)) {
                return List.of(new Window(PeriodKind.MONTH, 1, 30L, null));
            }
            return List.copyOf(windows.values());
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
            Map<UUID, Set<BalanceAnswer>> balances = new HashMap<>();
            Map<UUID, Set<Row>> stored = new HashMap<>();
            try (var statement = prepareForTenants(
                    "select * from window_balance where tenant_id = any (?);"
                            + LedgerDatabase.ROWS.replace(":tenants", "?"),
                    2)) {
                statement.execute();
                for (var rows = statement.getResultSet(); rows.next(); ) {
                    balances.computeIfAbsent(rows.getObject("tenant_id", UUID.class), _ -> new HashSet<>())
                            .add(balance(rows));
                }
                statement.getMoreResults(Statement.CLOSE_CURRENT_RESULT);
                for (var rows = statement.getResultSet(); rows.next(); ) {
                    stored.computeIfAbsent(rows.getObject("tenant_id", UUID.class), _ -> new HashSet<>())
                            .add(LedgerDatabase.row(rows));
                }
            }
            for (var tenant : tenants) {
                assertThat(balances.get(tenant)).isEqualTo(model.balances(tenant));
                assertThat(stored.getOrDefault(tenant, Set.of())).isEqualTo(model.rows(tenant));
            }
        }

        private void audit() throws SQLException {
            try (var statement = prepare("select * from ledger_difference");
                    var rows = statement.executeQuery()) {
                assertThat(rows.next()).as("a balance differs from its journal").isFalse();
            }
        }

        private static BalanceAnswer balance(ResultSet row) throws SQLException {
            return new BalanceAnswer(
                    row.getObject("key_budget_id", UUID.class),
                    row.getString("window_name"),
                    row.getObject("period_start", LocalDate.class),
                    instant(row, "resets_at"),
                    row.getObject("ceiling", Long.class),
                    row.getLong("held"),
                    row.getLong("captured"),
                    row.getObject("available", Long.class));
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
        private PreparedStatement prepare(String sql, @Nullable Object... parameters) throws SQLException {
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
