package io.klinggateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.generation.RetentionPass;
import io.klinggateway.picturestore.Pictures;
import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.running.Replica.Settings;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** One gateway over HTTP, as operators and tenants meet it. */
final class Replica implements AutoCloseable {

    static final String TOKEN = "alice-has-a-token-of-her-own";
    static final String OTHER_TOKEN = "bob-has-another-token";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final io.klinggateway.running.Replica gateway;

    private Replica(io.klinggateway.running.Replica gateway) {
        this.gateway = gateway;
    }

    static Map<String, Object> withOperators() {
        return Map.of("gateway.admin.tokens.alice", TOKEN, "gateway.admin.tokens.bob", OTHER_TOKEN);
    }

    static Replica start(TestDatabase database, String upstream, Map<String, Object> settings) {
        return new Replica(io.klinggateway.running.Replica.start(Settings.of(database, upstream)
                .with("gateway.tracking.interval", "100ms")
                .with("gateway.http.trusted-proxies", "127.0.0.1, ::1")
                .with(settings)));
    }

    String url() {
        return "http://localhost:" + gateway.port();
    }

    JdbcClient jdbc() {
        return gateway.jdbc();
    }

    <T> T bean(Class<T> type) {
        return gateway.bean(type);
    }

    /** As Alice. */
    Answer operator(String method, String path, String... bodyAndHeaders) {
        return send(method, "/admin/v1" + path, "Authorization", "Bearer " + TOKEN, bodyAndHeaders);
    }

    Answer tenant(String key, String method, String path, String... bodyAndHeaders) {
        return send(method, path, "X-API-Key", key, bodyAndHeaders);
    }

    /** @param bodyAndHeaders the body, then names and values of headers */
    Answer send(String method, String path, String credential, String value, String... bodyAndHeaders) {
        var request = gateway.client(null).request(path).header(credential, value);
        if (bodyAndHeaders.length == 0) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, BodyPublishers.ofString(bodyAndHeaders[0]));
        }
        for (int index = 1; index < bodyAndHeaders.length; index += 2) {
            request.header(bodyAndHeaders[index], bodyAndHeaders[index + 1]);
        }
        return Client.send(request);
    }

    void createTenant(String name, String budget, String limits) {
        operator("POST", "/tenants", """
                {"name": "%s", "budget": %s, "limits": %s}
                """.formatted(name, budget, limits)).expect(201);
    }

    Answer createKey(String tenant, String body) {
        return operator("POST", "/tenants/" + tenant + "/keys", body).expect(201);
    }

    String createKey(String tenant) {
        return createKey(tenant, "{\"name\": \"main\"}").text("key");
    }

    Answer generate(String key, int images) {
        return tenant(key, "POST", "/v2/images/generate", image(images));
    }

    Answer quote(String key, int images) {
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
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(actual.get()).isEqualTo(expected));
    }

    /** Of jobs that ended so long ago. */
    void eraseRequests(Duration age) {
        RetentionPass.run(jdbc(), bean(Pictures.class), bean(TransactionOperations.class), age);
    }

    long differences() {
        return jdbc().sql("select count(*) from ledger_difference")
                .query(Long.class)
                .single();
    }

    @Override
    public void close() {
        gateway.close();
    }
}
