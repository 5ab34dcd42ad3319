package io.klinggateway;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.harness.Ports;
import io.klinggateway.provider.SimulatedProvider;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.simulator.SimulatedApiframe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.boot.bootstrap.ConfigurableBootstrapContext;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * The gateway on a developer's machine, started by {@code ./mvnw -q spring-boot:test-run}: real PostgreSQL whose data is
 * kept under {@code .local}, and a simulated apiframe, or the real one where APIFRAME_API_KEY is set.
 */
public final class LocalGateway implements SpringApplicationRunListener {

    /** Well known on purpose: it opens nothing but a gateway that was started for trying out. */
    static final String DEMO_KEY = "kg_demo_0000000000000000000000000000000000000000000";

    /** As well known as the demo key, and so set only where no image costs anything. */
    static final String OPERATOR_TOKEN = "operator-of-the-local-gateway";

    /** Signs URLs of pictures on this machine. */
    private static final String PICTURES_SECRET = "of-the-local-gateway-0000000000000000000";

    private static final int DEMO_BUDGET_CREDITS = 1000;
    private static final int DEMO_KEYS = 5;
    private static final Path LOCAL = Path.of(".local").toAbsolutePath();

    /** What the gateway does, and what goes wrong, in short lines; ids only where there are any. */
    private static final Map<String, String> LOG_FOR_READING = Map.of(
            "logging.level.root", "warn",
            "logging.level.io.klinggateway", "info",
            "logging.pattern.console",
                    "%d{HH:mm:ss} %-5level %m%replace( %X{requestId} %X{tenant}){' +(?= |$)', ''}%n%wEx",
            "spring.main.log-startup-info", "false");

    private final Upstream upstream;
    private final TestDatabase database;
    private @Nullable SimulatedProvider provider;

    private LocalGateway(Upstream upstream, TestDatabase database) {
        this.upstream = upstream;
        this.database = database;
    }

    public static void main(String[] args) {
        stopIfOneRuns();
        LOG_FOR_READING.forEach(LocalGateway::setUnlessTheUserDoes);
        LoggingSystem.get(LocalGateway.class.getClassLoader()).beforeInitialize();
        var gateway = started();
        SpringApplication.withHook(application -> gateway, () -> KlingGatewayApplication.main(args));
    }

    /** No failure: what was asked for is there. */
    private static void stopIfOneRuns() {
        var url = "http://localhost:" + System.getenv().getOrDefault("SERVER_PORT", "8080");
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create(url + "/v2/me"))
                            .timeout(Duration.ofSeconds(3))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.body().contains("urn:kling-gateway:")) {
                System.out.println("The gateway runs already, on " + url + "; stop that one before you start another.");
                System.exit(0);
            }
        } catch (IOException | IllegalArgumentException nobodyThere) {
            // whatever is wrong with the port, the start itself says better
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void setUnlessTheUserDoes(String property, String value) {
        var variable = property.toUpperCase(Locale.ROOT).replace('.', '_').replace("-", "");
        if (System.getProperty(property) == null && System.getenv(variable) == null) {
            System.setProperty(property, value);
        }
    }

    private static LocalGateway started() {
        try {
            var upstream = Upstream.of(System.getenv());
            return new LocalGateway(upstream, TestDatabase.kept(LOCAL.resolve(upstream.name(), "postgres")));
        } catch (IllegalStateException inUse) {
            System.err.println(inUse.getMessage());
            System.exit(1);
            throw inUse;
        }
    }

    @Override
    public void environmentPrepared(ConfigurableBootstrapContext context, ConfigurableEnvironment environment) {
        LoggingSystem.get(LocalGateway.class.getClassLoader()).setLogLevel("io.zonky", LogLevel.WARN);
        var properties = new HashMap<String, Object>(upstream.properties());
        properties.put("spring.datasource.url", database.url());
        properties.put("spring.datasource.username", database.username());
        properties.put("spring.datasource.password", database.password());
        if (!declaresTenants(environment)) {
            properties.putAll(demoTenant());
        }
        if (!environment.containsProperty("gateway.webhooks.allowed-receivers")) {
            properties.put("gateway.webhooks.allowed-receivers", "localhost, 127.0.0.0/8, ::1");
        }
        if (upstream.isSimulated() && !environment.containsProperty("gateway.public-url")) {
            properties.put("gateway.public-url", "http://localhost:" + environment.getProperty("server.port", "8080"));
        }
        if (!environment.containsProperty("gateway.pictures.store")) {
            properties.putAll(pictures(environment.getProperty("server.port", "8080")));
        }
        if (upstream.isSimulated() && !setsOperatorTokens(environment)) {
            properties.put("gateway.admin.token", OPERATOR_TOKEN);
            properties.put("gateway.admin.public-api-docs", true);
        }
        if (upstream.isSimulated() && !setsSignIn(environment)) {
            provider = new SimulatedProvider("localhost", Ports.free())
                    .know("vera", "Vera Viewer", "viewers")
                    .know("otto", "Otto Operator", "operators")
                    .know("ada", "Ada Admin", "demo-admins")
                    .serve("http://localhost:" + environment.getProperty("server.port", "8080"));
            properties.putAll(signIn(provider));
        }
        if (!upstream.isSimulated() && !environment.containsProperty("server.address")) {
            // The demo key is public, and here it spends real credits.
            properties.put("server.address", "127.0.0.1");
        }
        environment.getPropertySources().addFirst(new MapPropertySource("local gateway", properties));
    }

    /** Kept beside the database that knows them. The simulated vendor's come from this machine. */
    private Map<String, Object> pictures(String port) {
        return Map.of(
                "gateway.pictures.store",
                "directory",
                "gateway.pictures.directory",
                LOCAL.resolve(upstream.name(), "pictures"),
                "gateway.pictures.base-url",
                "http://localhost:" + port,
                "gateway.pictures.signing-secret",
                PICTURES_SECRET,
                "gateway.pictures.hosts",
                upstream.isSimulated() ? "localhost, 127.0.0.1" : "*.apiframe.ai");
    }

    private static boolean declaresTenants(ConfigurableEnvironment environment) {
        return Binder.get(environment)
                .bind("gateway.tenants[0].name", String.class)
                .isBound();
    }

    private static boolean setsSignIn(ConfigurableEnvironment environment) {
        return Binder.get(environment)
                .bind("gateway.sign-in.issuer", String.class)
                .isBound();
    }

    private static Map<String, Object> signIn(SimulatedProvider provider) {
        return Map.of(
                "gateway.sign-in.issuer",
                provider.issuer(),
                "gateway.sign-in.client-id",
                SimulatedProvider.CLIENT_ID,
                "gateway.sign-in.client-secret",
                SimulatedProvider.CLIENT_SECRET,
                "gateway.sign-in.roles.viewer",
                "viewers",
                "gateway.sign-in.roles.operator",
                "operators",
                "gateway.sign-in.roles.admin",
                "{team}-admins");
    }

    private static boolean setsOperatorTokens(ConfigurableEnvironment environment) {
        var binder = Binder.get(environment);
        return binder.bind("gateway.admin.token", String.class).isBound()
                || binder.bind("gateway.admin.tokens", Bindable.mapOf(String.class, String.class))
                        .isBound();
    }

    private static Map<String, Object> demoTenant() {
        return Map.of(
                "gateway.tenants[0].name",
                "demo",
                "gateway.tenants[0].budget.period",
                "MONTH",
                "gateway.tenants[0].budget.limit",
                DEMO_BUDGET_CREDITS,
                "gateway.tenants[0].budget.time-zone",
                "UTC",
                "gateway.tenants[0].self-service.most-keys",
                DEMO_KEYS,
                "gateway.tenants[0].keys[0].name",
                "demo",
                "gateway.tenants[0].keys[0].sha256",
                Sha256.hex(DEMO_KEY));
    }

    @Override
    public void ready(@Nullable ConfigurableApplicationContext context, @Nullable Duration timeTaken) {
        if (context != null) {
            System.out.println(welcome(context.getEnvironment()));
        }
        if (provider != null) {
            // After the gateway, which does not need it to start; who is quicker than it is told to try again.
            Thread.ofPlatform().name("identity-provider").start(provider::start);
        }
    }

    private String welcome(ConfigurableEnvironment environment) {
        var url = "http://localhost:" + environment.getProperty("local.server.port");
        var demo = Sha256.hex(DEMO_KEY).equals(environment.getProperty("gateway.tenants[0].keys[0].sha256"));
        return """

            Kling Gateway   %1$s  (Swagger UI: %1$s/swagger-ui.html)
            Upstream        %2$s
            Tenant          %3$s
            Operators       %5$s
            Console         %6$s

            Order an image:
              curl -i %1$s/v2/images/generate -H 'X-API-Key: %4$s' -H 'Content-Type: application/json' -d '{"prompt":"A red fox in fresh snow","model":"kling-image","klingImageParams":{"n":1,"aspect_ratio":"16:9"}}'
            Look at it, with the jobId of the answer:
              curl %1$s/v2/jobs/JOB_ID -H 'X-API-Key: %4$s'
            """.formatted(
                        url,
                        upstream.description(),
                        demo
                                ? "demo, budget %d credits a month, key %s".formatted(DEMO_BUDGET_CREDITS, DEMO_KEY)
                                : "from your configuration",
                        demo ? DEMO_KEY : "YOUR_KEY",
                        operators(environment, url),
                        environment.getProperty("gateway.console.enabled", Boolean.class, true)
                                ? url + "/console, for the key"
                                        + (provider == null
                                                ? " and for the token"
                                                : ", the token, or single sign-on as a viewer, an operator or"
                                                        + " the team's admin")
                                : "off");
    }

    private static String operators(ConfigurableEnvironment environment, String url) {
        if (OPERATOR_TOKEN.equals(environment.getProperty("gateway.admin.token"))) {
            return "%s/admin/v1, token %s".formatted(url, OPERATOR_TOKEN);
        }
        return setsOperatorTokens(environment)
                ? url + "/admin/v1, with your token"
                : "no API; set GATEWAY_ADMIN_TOKEN to have one";
    }

    @Override
    public void failed(@Nullable ConfigurableApplicationContext context, @Nullable Throwable exception) {
        upstream.close();
    }

    /** Where images come from. */
    private record Upstream(String baseUrl, @Nullable SimulatedApiframe simulator) {

        private static final String VENDOR = "https://api.apiframe.ai";

        static Upstream of(Map<String, String> environment) {
            if (environment.getOrDefault("APIFRAME_API_KEY", "").isBlank()) {
                var data = LOCAL.resolve("simulated", "apiframe");
                // Never closed on exit: the gateway may still need it to finish, and its log bears a sudden end.
                var simulator =
                        SimulatedApiframe.builder().dataDirectory(data).build().start();
                return new Upstream(simulator.baseUrl(), simulator);
            }
            return new Upstream(environment.getOrDefault("APIFRAME_BASE_URL", VENDOR), null);
        }

        boolean isSimulated() {
            return simulator != null;
        }

        /** The folder of its data: what belongs to one upstream never meets another. */
        String name() {
            return isSimulated()
                    ? "simulated"
                    : URI.create(baseUrl).getAuthority().replace(':', '_');
        }

        String description() {
            return isSimulated()
                    ? "simulated apiframe, %s (no image costs anything)".formatted(baseUrl)
                    : "%s (images cost real credits)".formatted(baseUrl);
        }

        /** The real vendor's settings are in the environment already. */
        Map<String, Object> properties() {
            return isSimulated()
                    ? Map.of("apiframe.api-key", SimulatedApiframe.DEFAULT_API_KEY, "apiframe.base-url", baseUrl)
                    : Map.of();
        }

        void close() {
            if (simulator != null) {
                simulator.close();
            }
        }
    }
}
