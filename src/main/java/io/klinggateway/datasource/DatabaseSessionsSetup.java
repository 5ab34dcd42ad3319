package io.klinggateway.datasource;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import javax.sql.DataSource;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Has all connections, those of the pool and those that migrate, opened by {@link DatabaseSessions}, and those of the pool
 * lent by {@link ConnectionShares}.
 */
@Configuration(proxyBeanMethods = false)
class DatabaseSessionsSetup {

    /** A migration may take longer than a request, also where the role has limits. */
    private static final String UNLIMITED =
            "set lock_timeout = 0; set statement_timeout = 0; set idle_in_transaction_session_timeout = 0";

    @Bean
    static BeanPostProcessor sessionsOfThePool() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof HikariDataSource pool) {
                    takeOver(pool);
                    return new ConnectionShares(pool);
                }
                return bean;
            }
        };
    }

    /** The pool knows nothing of requests that wait for others of their own team. */
    @Bean
    MeterBinder waitingForTheirTeam(DataSource pool) {
        ConnectionShares shares = (ConnectionShares) pool;
        return registry -> Gauge.builder("kling.gateway.connections.waiting", shares, ConnectionShares::waiting)
                .description(
                        "Requests that wait for a database connection, as their team has all that one team may have")
                .register(registry);
    }

    /** The pool itself would set its limits whoever the session belongs to. */
    private static void takeOver(HikariDataSource pool) {
        @Nullable String limits = pool.getConnectionInitSql();
        if (limits != null) {
            pool.setConnectionInitSql(null);
            pool.setDataSource(new DatabaseSessions(
                    new DriverDataSource(
                            pool.getJdbcUrl(),
                            pool.getDriverClassName(),
                            pool.getDataSourceProperties(),
                            pool.getUsername(),
                            pool.getPassword()),
                    limits));
        }
    }

    /**
     * Flyway's lock is held by a transaction or by a session. An index that is built concurrently would wait for that
     * transaction for ever; and behind a pooler there is no session to hold it.
     */
    @Bean
    FlywayConfigurationCustomizer sessionsOfMigrations() {
        return flyway -> {
            DatabaseSessions sessions = new DatabaseSessions(flyway.getDataSource(), UNLIMITED);
            flyway.dataSource(sessions);
            flyway.getPluginRegister()
                    .getExact(PostgreSQLConfigurationExtension.class)
                    .setTransactionalLock(sessions.leadThroughPooler());
        };
    }
}
