package io.klinggateway.datasource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariDataSource;
import io.klinggateway.database.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class ConnectionSharesTests {

    private static final int ALL = 4;

    private final HikariDataSource pool = pool();
    private final ConnectionShares shares = new ConnectionShares(pool);
    private final List<Connection> taken = new ArrayList<>();

    private static HikariDataSource pool() {
        TestDatabase database = TestDatabase.migrated();
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(database.url());
        pool.setUsername(database.username());
        pool.setPassword(database.password());
        pool.setMaximumPoolSize(ALL);
        pool.setConnectionTimeout(1_000);
        return pool;
    }

    @AfterEach
    void end() {
        MDC.clear();
        pool.close();
    }

    @Test
    void oneTeamLeavesAConnectionToOthers() throws SQLException {
        serve("hungry");
        takeThree();

        assertThatExceptionOfType(SQLTransientConnectionException.class)
                .isThrownBy(shares::getConnection)
                .withMessageContaining("3 connections");

        serve("modest");
        try (Connection connection = shares.getConnection()) {
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    @Test
    void whatIsReturnedIsLentAgainOnceHoweverOftenItIsClosed() throws SQLException {
        serve("hungry");
        takeThree();
        taken.getFirst().close();
        taken.getFirst().close();

        taken.add(shares.getConnection());

        assertThatExceptionOfType(SQLTransientConnectionException.class).isThrownBy(shares::getConnection);
    }

    @Test
    void whatThePoolCannotLendCountsForNobody() throws SQLException {
        takeThree();
        try (Connection _ = shares.getConnection()) {
            serve("hungry");
            for (int attempt = 0; attempt < ALL; attempt++) {
                assertThatExceptionOfType(SQLException.class).isThrownBy(shares::getConnection);
            }
        }

        shares.getConnection().close();
    }

    @Test
    void whoeverHoldsOneInATransactionWaitsForNoShare() throws SQLException {
        serve("hungry");
        taken.add(shares.getConnection());
        taken.add(shares.getConnection());

        new TransactionTemplate(new DataSourceTransactionManager(shares)).executeWithoutResult(_ -> {
            try (Connection second = shares.getConnection()) {
                assertThat(second.isValid(1)).isTrue();
            } catch (SQLException none) {
                throw new IllegalStateException(none);
            }
        });
    }

    private void takeThree() throws SQLException {
        for (int connection = 0; connection < 3; connection++) {
            taken.add(shares.getConnection());
        }
    }

    @Test
    void whoHasAKeyIsAskedWhateverItsTeamDoes() throws SQLException {
        serve("hungry");
        takeThree();
        MDC.remove("tenant");

        taken.add(shares.getConnection());

        assertThat(taken.getLast().isValid(1)).isTrue();
    }

    /** As the filters of a request do. */
    private static void serve(String team) {
        MDC.clear();
        MDC.put("requestId", "one");
        MDC.put("tenant", team);
    }
}
