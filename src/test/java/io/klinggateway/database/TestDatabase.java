package io.klinggateway.database;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * One database on a real PostgreSQL. The environment variable {@code TEST_DATABASE} says where the server comes from:
 * {@code docker}, {@code embedded} or {@code auto} (the default: Docker if it answers at once and has the image).
 *
 * @param url the JDBC URL, without credentials
 */
public record TestDatabase(String name, String url, String username, String password) {

    private static final AtomicInteger COUNT = new AtomicInteger();

    /** Creates an empty database on this JVM's one test server, which starts with the first call. Thread-safe. */
    public static TestDatabase empty() {
        return TestServer.shared().create(nextName());
    }

    /** The same with the gateway's tables, which are made once and copied: all migrations each time take half a second. */
    public static TestDatabase migrated() {
        return TestServer.shared().copyOfMigrated(nextName());
    }

    private static String nextName() {
        return "test_" + COUNT.incrementAndGet();
    }

    /**
     * Starts a server that keeps its data in the directory, also across kills of this JVM, until this JVM ends.
     *
     * @throws IllegalStateException if a living process uses the directory
     */
    public static TestDatabase kept(Path directory) {
        return KeptServer.start(directory).createIfAbsent("gateway");
    }

    /** Another database that holds what this one does at this moment. Whoever is connected to this one has to connect anew. */
    public TestDatabase copy() {
        return TestServer.shared().copy(this, nextName());
    }

    /** An unpooled source of connections. */
    public DataSource dataSource() {
        return new DriverManagerDataSource(url, username, password);
    }

    void execute(String sql) {
        try (var connection = dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot execute on " + url + ": " + sql, e);
        }
    }

    boolean exists(String database) {
        return any("select from pg_database where datname = '" + database + "'");
    }

    /** Interactive sessions do not count. */
    boolean hasOtherClients() {
        return any("""
                select from pg_stat_activity
                where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name <> 'psql'
                """);
    }

    private boolean any(String query) {
        try (var connection = dataSource().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            return rows.next();
        } catch (SQLException e) {
            throw new IllegalStateException("cannot query " + url + ": " + query, e);
        }
    }
}
