package io.klinggateway.datasource;

import static org.awaitility.Awaitility.await;

import io.klinggateway.Gateway;
import io.klinggateway.Gateway.Client;
import io.klinggateway.GatewayTest;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A failover that leads to a standby for a moment: what was connected to it is given up. */
@Tag("slow")
@GatewayTest
class ReadOnlyDatabaseIT {

    private static final Duration SOON = Duration.ofSeconds(40);

    private final Gateway gateway;
    private final JdbcClient outside;

    ReadOnlyDatabaseIT(Gateway gateway, Environment environment) {
        this.gateway = gateway;
        this.outside = JdbcClient.create(outside(environment));
    }

    private static DataSource outside(Environment environment) {
        var outside = new DriverManagerDataSource(
                environment.getRequiredProperty("spring.datasource.url"),
                environment.getRequiredProperty("spring.datasource.username"),
                environment.getRequiredProperty("spring.datasource.password"));
        var alwaysWritable = new Properties();
        alwaysWritable.setProperty("options", "-c default_transaction_read_only=off");
        outside.setConnectionProperties(alwaysWritable);
        return outside;
    }

    @AfterEach
    void writable() {
        makeReadOnly(false);
    }

    /** What is connected stays as it is. */
    private void makeReadOnly(boolean readOnly) {
        outside.sql("""
                do $$ begin execute format('alter database %I set default_transaction_read_only = ' || '""" + readOnly + "', current_database()); end $$").update();
    }

    private void hangUpOnEverybody() {
        outside.sql("""
                select count(pg_terminate_backend(pid)) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid() and application_name = 'kling-gateway'
                """).query(Long.class).single();
    }

    @Test
    void connectionsThatCannotWriteAreGivenUp() {
        Client client = gateway.newTenant(100);
        client.accepted(Gateway.FOX);
        makeReadOnly(true);
        hangUpOnEverybody();
        await().atMost(SOON).until(() -> {
            boolean refused = client.generate(Gateway.FOX).status() == 503;
            if (!refused) {
                hangUpOnEverybody(); // one that was about to connect may write still
            }
            return refused;
        });
        await("reading goes on").atMost(SOON).until(() -> client.get("/v2/me").status() == 200);

        makeReadOnly(false);

        await().atMost(SOON).until(() -> client.generate(Gateway.FOX).status() == 202);
    }

    @Test
    void readinessProbesForWriting() {
        makeReadOnly(true);
        hangUpOnEverybody();

        await().during(Duration.ofSeconds(2)).atMost(SOON).until(() -> readiness() == 503);
        makeReadOnly(false);
        await().atMost(SOON).until(() -> readiness() == 200);
    }

    private int readiness() {
        return gateway.getFrom(gateway.managementPort(), "/actuator/health/readiness")
                .status();
    }
}
