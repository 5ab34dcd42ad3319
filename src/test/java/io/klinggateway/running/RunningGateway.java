package io.klinggateway.running;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.simulator.SimulatedApiframe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
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
                .addFirst(new MapPropertySource("running gateway", properties(TestDatabase.fresh(), freePort())));
    }

    /** All that a gateway on this port and database needs. */
    public static Map<String, Object> properties(TestDatabase database, int port) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("spring.datasource.url", database.url());
        properties.put("spring.datasource.username", database.username());
        properties.put("spring.datasource.password", database.password());
        properties.put("server.port", port);
        properties.put("management.server.port", 0);
        properties.put("apiframe.api-key", SimulatedApiframe.DEFAULT_API_KEY);
        properties.put("apiframe.base-url", VENDOR.baseUrl());
        properties.put("gateway.public-url", "http://localhost:" + port);
        properties.put("gateway.webhooks.allowed-receivers", "localhost, 127.0.0.0/8");
        properties.put("gateway.webhooks.timeout", "2s");
        properties.put("gateway.tracking.interval", "500ms");
        declare(properties, 0, "alpha", 100_000, KEY);
        declare(properties, 1, "beta", 100_000, OTHER_KEY);
        declare(properties, 2, "poor", 0, POOR_KEY);
        return properties;
    }

    private static void declare(Map<String, Object> properties, int index, String name, int limit, String key) {
        String tenant = "gateway.tenants[" + index + "].";
        properties.put(tenant + "name", name);
        properties.put(tenant + "budget.period", "TOTAL");
        properties.put(tenant + "budget.limit", limit);
        properties.put(tenant + "keys[0].name", "test");
        properties.put(tenant + "keys[0].sha256", HexFormat.of().formatHex(sha256(key)));
    }

    /** Of {@link #KEY}. */
    public static KeyId keyId(JdbcClient jdbc) {
        return new KeyId(jdbc.sql("select id from api_key where sha256 = :sha256")
                .param("sha256", sha256(KEY))
                .query(UUID.class)
                .single());
    }

    public static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
