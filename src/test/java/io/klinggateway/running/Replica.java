package io.klinggateway.running;

import io.klinggateway.KlingGatewayApplication;
import io.klinggateway.database.TestDatabase;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.simulator.SimulatedApiframe;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** One replica of the whole gateway in this JVM, which its test starts and ends; on free ports unless settings name some. */
public final class Replica implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private Replica(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** @throws RuntimeException why it cannot start */
    public static Replica start(Settings settings) {
        return new Replica(new SpringApplication(KlingGatewayApplication.class).run(settings.arguments()));
    }

    /** What a replica is started with. Later settings win. */
    public static final class Settings {

        private final Map<String, Object> values = new HashMap<>();
        private int tenants;

        /** @param vendor its base URL, whose key is the simulator's */
        public static Settings of(TestDatabase database, String vendor) {
            return new Settings()
                    .with("spring.datasource.url", database.url())
                    .with("spring.datasource.username", database.username())
                    .with("spring.datasource.password", database.password())
                    .with("apiframe.base-url", vendor)
                    .with("apiframe.api-key", SimulatedApiframe.DEFAULT_API_KEY)
                    .with("server.port", 0)
                    .with("management.server.port", 0)
                    .with("gateway.tracking.interval", "200ms");
        }

        public Settings with(String name, Object value) {
            values.put(name, value);
            return this;
        }

        public Settings with(Map<String, ?> settings) {
            values.putAll(settings);
            return this;
        }

        /** Declares one more. */
        public Settings tenant(String name, String period, long limit, String keyName, String key) {
            String tenant = "gateway.tenants[" + tenants++ + "].";
            return with(tenant + "name", name)
                    .with(tenant + "budget.period", period)
                    .with(tenant + "budget.limit", limit)
                    .with(tenant + "keys[0].name", keyName)
                    .with(tenant + "keys[0].sha256", Sha256.hex(key));
        }

        Map<String, Object> values() {
            return values;
        }

        String[] arguments() {
            return values.entrySet().stream()
                    .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                    .toArray(String[]::new);
        }
    }

    public int port() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    public int managementPort() {
        return context.getEnvironment().getRequiredProperty("local.management.port", Integer.class);
    }

    public Client client(@Nullable String key) {
        return new Client(port(), key);
    }

    public Client management() {
        return new Client(managementPort(), null);
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public <T> T bean(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    public JdbcClient jdbc() {
        return bean(JdbcClient.class);
    }

    @Override
    public void close() {
        context.close();
    }
}
