package io.klinggateway.reconciliation;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class LongReconciliationTests {

    private final TestDatabase server = TestDatabase.migrated();

    @Test
    void aCheckMayTakeLongerThanARequestMayWaitForItsConnection() throws Exception {
        DataSource impatient = new DriverManagerDataSource(
                server.url() + (server.url().contains("?") ? "&" : "?") + "socketTimeout=2",
                server.username(),
                server.password());
        Reconciliation reconciliation = new Reconciliation(
                JdbcClient.create(impatient),
                new TransactionTemplate(new JdbcTransactionManager(impatient)),
                new ReconciliationSettings(Duration.ofMinutes(5), false, null),
                new SimpleMeterRegistry());

        CompletableFuture<Boolean> pass;
        try (Connection writer = server.dataSource().getConnection()) {
            writer.setAutoCommit(false);
            execute(writer, "lock table journal_entry in access exclusive mode");
            pass = CompletableFuture.supplyAsync(reconciliation::pass);
            execute(writer, "select pg_sleep(4)");
            writer.rollback();
        }

        assertThat(pass.get(10, TimeUnit.SECONDS)).isFalse();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
