package io.klinggateway.running;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.harness.Ports;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.simulator.SimulatedApiframe;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Points an application context at a database of its own and at the one simulated vendor of this JVM, which reaches the
 * gateway by its callback URLs. Receivers on this machine are allowed.
 */
public final class RunningGateway implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    public static final String KEY = "kg_test_alpha_0000000000000000000000000000000000000";
    public static final String OTHER_KEY = "kg_test_beta_00000000000000000000000000000000000000";
    public static final String POOR_KEY = "kg_test_poor_00000000000000000000000000000000000000";

    private static final SimulatedApiframe VENDOR = SimulatedApiframe.builder()
            .port(0)
            .queuedFor(Duration.ofMillis(500))
            .processingFor(Duration.ofMillis(1500))
            .build()
            .start();

    public static SimulatedApiframe vendor() {
        return VENDOR;
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("running gateway", properties(TestDatabase.migrated(), Ports.free())));
    }

    /** All that a gateway on this port and database needs. */
    public static Map<String, Object> properties(TestDatabase database, int port) {
        return settings(database, port).values();
    }

    /** The same for a {@link Replica}. */
    public static Replica.Settings settings(TestDatabase database, int port) {
        return Replica.Settings.of(database, VENDOR.baseUrl())
                .with("server.port", port)
                .with("gateway.public-url", "http://localhost:" + port)
                .with("gateway.webhooks.allowed-receivers", "localhost, 127.0.0.0/8")
                .with("gateway.webhooks.timeout", "4s")
                .with("gateway.tracking.interval", "500ms")
                .tenant("alpha", "TOTAL", 100_000, "test", KEY)
                .tenant("beta", "TOTAL", 100_000, "test", OTHER_KEY)
                .tenant("poor", "TOTAL", 0, "test", POOR_KEY);
    }

    /** Of {@link #KEY}. */
    public static KeyId keyId(JdbcClient jdbc) {
        return new KeyId(jdbc.sql("select id from api_key where sha256 = :sha256")
                .param("sha256", Sha256.of(KEY))
                .query(UUID.class)
                .single());
    }
}
