package io.klinggateway.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.database.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Replicas of the version before settle while the days of spend are introduced. */
class SpendDayMigrationTests {

    private final UUID tenant = UUID.randomUUID();
    private final DataSource database = TestDatabase.fresh().dataSource();
    private final JdbcClient jdbc = JdbcClient.create(database);

    @BeforeEach
    void startWithTheVersionBefore() {
        Flyway.configure().dataSource(database).target("32").load().migrate();
        jdbc.sql("select ledger_set_budget(?, 'MONTH', 1000, 'UTC')")
                .param(tenant)
                .query((_, _) -> true)
                .single();
    }

    @Test
    void whatIsCapturedMeanwhileIsCountedOnce() throws Exception {
        capture(1);
        CompletableFuture<Void> meanwhile;
        try (Connection migration = database.getConnection()) {
            migration.setAutoCommit(false);
            execute(migration, script("V40__console.sql"));
            meanwhile = CompletableFuture.runAsync(() -> capture(10));
            await().atMost(Duration.ofSeconds(20)).until(() -> meanwhile.isDone() || somebodyWaits());
            migration.commit();
        }
        meanwhile.get(20, TimeUnit.SECONDS);
        capture(100);
        try (Connection migration = database.getConnection()) {
            migration.setAutoCommit(false);
            execute(migration, script("V41__spend_days.sql"));
            migration.commit();
        }
        capture(200);

        assertThat(jdbc.sql("select sum(credits) from spend_day")
                        .query(Long.class)
                        .single())
                .isEqualTo(311);
        assertThat(jdbc.sql("select sum(generations) from spend_day")
                        .query(Long.class)
                        .single())
                .isEqualTo(4);
        assertThat(jdbc.sql("select count(*) from spend_day_difference")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private void capture(long credits) {
        UUID generation = UUID.randomUUID();
        jdbc.sql("select ledger_hold(?, ?, ?, ?, 'gateway')")
                .param(generation)
                .param(tenant)
                .param(UUID.randomUUID())
                .param(credits)
                .query((_, _) -> true)
                .single();
        jdbc.sql("select ledger_resolve(?, 'CAPTURE', ?, 'gateway', null)")
                .param(generation)
                .param(credits)
                .query((_, _) -> true)
                .single();
    }

    private boolean somebodyWaits() {
        return jdbc.sql("select exists (select from pg_locks where not granted)")
                .query(Boolean.class)
                .single();
    }

    private static String script(String name) throws IOException {
        return new ClassPathResource("db/migration/" + name).getContentAsString(StandardCharsets.UTF_8);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
