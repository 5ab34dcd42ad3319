package io.klinggateway.datasource;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Whether the database takes what is written. Where it does not, all connections are given up as they are returned: after a
 * failover new ones lead to the new primary.
 */
@Component
class WritesHealthIndicator implements HealthIndicator {

    private static final Logger log = LoggerFactory.getLogger(WritesHealthIndicator.class);

    private static final String IS_READ_ONLY =
            "select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean";

    private final DataSource pool;

    WritesHealthIndicator(DataSource pool) {
        this.pool = pool;
    }

    @Override
    public Health health() {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(IS_READ_ONLY)) {
            if (row.next() && !row.getBoolean(1)) {
                return Health.up().build();
            }
        } catch (SQLException away) {
            return Health.down(away).build();
        }
        log.warn(
                "the database can only be read: its connections are given up, for others that may lead to the primary");
        giveUpConnections();
        return Health.down().withDetail("database", "read-only").build();
    }

    private void giveUpConnections() {
        try {
            HikariPoolMXBean connections = pool.unwrap(HikariDataSource.class).getHikariPoolMXBean();
            if (connections != null) {
                connections.softEvictConnections();
            }
        } catch (SQLException noPool) {
            log.warn("connections not given up: {}", noPool.getMessage());
        }
    }
}
