package io.klinggateway.datasource;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Opens connections and prepares the session of each. A session that is the gateway's own gets its time limits. Behind a
 * pooler in transaction mode each transaction may run in another session, which then goes to another client: nothing is set
 * there and no statement stays prepared, so that the time limits are those of the role.
 */
final class DatabaseSessions extends DelegatingDataSource {

    private static final Logger log = LoggerFactory.getLogger(DatabaseSessions.class);

    /** A pooler makes up the process id that it tells its clients: it is for cancelling, and theirs has to lead to it. */
    private static final String PROCESS_ID = "select pg_backend_pid()";

    private static final String ROLES_LIMITS = """
            select name, setting from pg_settings
             where name in ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout') order by name
            """;

    private final String limits;
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile boolean throughPooler;

    /** @param limits SQL that sets the time limits of a session */
    DatabaseSessions(DataSource connections, String limits) {
        super(connections);
        this.limits = limits;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return prepared(super.getConnection());
    }

    @Override
    public Connection getConnection(@Nullable String username, @Nullable String password) throws SQLException {
        return prepared(obtainTargetDataSource().getConnection(username, password));
    }

    /** Whether connections lead through a pooler; false, too, if there is none to be had. */
    boolean leadThroughPooler() {
        try (Connection _ = getConnection()) {
            return throughPooler;
        } catch (SQLException away) {
            return false;
        }
    }

    private Connection prepared(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            PGConnection server = connection.unwrap(PGConnection.class);
            if (server.getBackendPID() == processId(statement)) {
                statement.execute(limits);
            } else {
                server.setPrepareThreshold(0);
                tellOnce(statement);
                throughPooler = true;
            }
            return connection;
        } catch (SQLException | RuntimeException failure) {
            connection.close();
            throw failure;
        }
    }

    private static int processId(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(PROCESS_ID)) {
            row.next();
            return row.getInt(1);
        }
    }

    private void tellOnce(Statement statement) throws SQLException {
        if (told.getAndSet(true)) {
            return;
        }
        StringBuilder found = new StringBuilder();
        boolean unlimited = false;
        try (ResultSet row = statement.executeQuery(ROLES_LIMITS)) {
            while (row.next()) {
                found.append(found.isEmpty() ? "" : ", ")
                        .append(row.getString(1))
                        .append('=')
                        .append(row.getString(2));
                unlimited |= row.getLong(2) == 0;
            }
        }
        if (unlimited) {
            log.warn(
                    "connections lead through a pooler, and what hangs may hang for ever: set the limits that are 0 for"
                            + " the role, {}",
                    found);
        } else {
            log.info("connections lead through a pooler; limits of the role in ms: {}", found);
        }
    }
}
