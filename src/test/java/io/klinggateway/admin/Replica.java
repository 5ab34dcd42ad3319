package io.klinggateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.KlingGatewayApplication;
import io.klinggateway.database.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** One gateway over HTTP, as operators and tenants meet it. */
final class Replica implements AutoCloseable {

    static final String TOKEN = "alice-has-a-token-of-her-own";
    static final String OTHER_TOKEN = "bob-has-another-token";

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ConfigurableApplicationContext context;
    private final HttpClient http = HttpClient.newHttpClient();

    private Replica(ConfigurableApplicationContext context) {
        this.context = context;
    }

    static Map<String, Object> withOperators() {
        return Map.of("gateway.admin.tokens.alice", TOKEN, "gateway.admin.tokens.bob", OTHER_TOKEN);
    }

    static Replica start(TestDatabase database, String upstream, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(Map.of(
                "spring.datasource.url",
                database.url(),
                "spring.datasource.username",
                database.username(),
                "spring.datasource.password",
                database.password(),
                "apiframe.base-url",
                upstream,
                "apiframe.api-key",
                "afk_simulated",
                "server.port",
                0,
                "management.server.port",
                0,
                "gateway.tracking.interval",
                "100ms"));
        all.putAll(settings);
        List<String> arguments = new ArrayList<>();
        all.forEach((name, value) -> arguments.add("--" + name + "=" + value));
        var application = new SpringApplication(KlingGatewayApplication.class);
        return new Replica(application.run(arguments.toArray(String[]::new)));
    }

    record Reply(int status, HttpResponse<String> response) {

        JsonNode json() {
            String body = response.body();
            return body.isEmpty() ? MissingNode.getInstance() : JSON.readTree(body);
        }

        String text(String property) {
            return json().path(property).asString();
        }

        long number(String... path) {
            JsonNode node = json();
            for (String property : path) {
                node = node.path(property);
            }
            assertThat(node.isIntegralNumber())
                    .as("%s in %s", String.join(".", path), response.body())
                    .isTrue();
            return node.longValue();
        }

        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }

        Reply expect(int expected) {
            assertThat(status).as(response.body()).isEqualTo(expected);
            return this;
        }
    }

    String url() {
        return "http://localhost:" + context.getEnvironment().getProperty("local.server.port");
    }

    JdbcClient jdbc() {
        return context.getBean(JdbcClient.class);
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** As Alice. */
    Reply operator(String method, String path, String... bodyAndHeaders) {
        return send(method, "/admin/v1" + path, "Authorization", "Bearer " + TOKEN, bodyAndHeaders);
    }

    Reply tenant(String key, String method, String path, String... bodyAndHeaders) {
        return send(method, path, "X-API-Key", key, bodyAndHeaders);
    }

    /** @param bodyAndHeaders the body, then names and values of headers */
    Reply send(String method, String path, String credential, String value, String... bodyAndHeaders) {
        var request = HttpRequest.newBuilder(URI.create(url() + path))
                .header(credential, value)
                .timeout(Duration.ofSeconds(30));
        if (bodyAndHeaders.length == 0) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(bodyAndHeaders[0]));
        }
        for (int index = 1; index < bodyAndHeaders.length; index += 2) {
            request.header(bodyAndHeaders[index], bodyAndHeaders[index + 1]);
        }
        try {
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(response.statusCode(), response);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    void createTenant(String name, String budget, String limits) {
        operator("POST", "/tenants", """
                {"name": "%s", "budget": %s, "limits": %s}
                """.formatted(name, budget, limits)).expect(201);
    }

    Reply createKey(String tenant, String body) {
        return operator("POST", "/tenants/" + tenant + "/keys", body).expect(201);
    }

    String createKey(String tenant) {
        return createKey(tenant, "{\"name\": \"main\"}").text("key");
    }

    Reply generate(String key, int images) {
        return tenant(key, "POST", "/v2/images/generate", image(images));
    }

    Reply quote(String key, int images) {
        return tenant(key, "POST", "/v2/images/quote", image(images));
    }

    static String image(int images) {
        return """
                {"prompt": "a secret fox", "model": "kling-image", "klingImageParams": {"n": %d}}
                """.formatted(images);
    }

    void awaitStatus(String key, String job, String status) {
        await(() -> tenant(key, "GET", "/v2/jobs/" + job).text("status"), status);
    }

    static <T> void await(Supplier<@Nullable T> actual, T expected) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        T last = actual.get();
        while (!expected.equals(last) && System.nanoTime() < end) {
            pause();
            last = actual.get();
        }
        assertThat(last).isEqualTo(expected);
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    long differences() {
        return jdbc().sql("select count(*) from ledger_difference")
                .query(Long.class)
                .single();
    }

    @Override
    public void close() {
        context.close();
        http.close();
    }
}
