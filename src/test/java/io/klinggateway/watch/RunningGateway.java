package io.klinggateway.watch;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.running.Answer;
import io.klinggateway.running.Replica;
import io.klinggateway.running.Replica.Settings;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;

/** A replica with its management port, as those who watch it meet it. */
final class RunningGateway implements AutoCloseable {

    private final Replica replica;

    private RunningGateway(Replica replica) {
        this.replica = replica;
    }

    /** Tenants named as given, each with a monthly budget of 1000 credits and the key {@link #keyOf}. */
    static RunningGateway start(
            TestDatabase database,
            String vendor,
            String vendorKey,
            List<String> tenants,
            Map<String, String> settings) {
        Settings all = Settings.of(database, vendor)
                .with("apiframe.api-key", vendorKey)
                .with("gateway.pictures.store", "directory")
                .with("gateway.pictures.directory", "target/watched-pictures")
                .with("gateway.pictures.hosts", "localhost, 127.0.0.1")
                .with("gateway.pictures.base-url", "http://localhost")
                .with("gateway.pictures.signing-secret", "of-a-watched-gateway-00000000000000000");
        tenants.forEach(tenant -> all.tenant(tenant, "MONTH", 1000, "ci", keyOf(tenant)));
        return new RunningGateway(Replica.start(all.with(settings)));
    }

    String url() {
        return "http://localhost:" + replica.port();
    }

    static String keyOf(String tenant) {
        return "kg_test_key_of_" + tenant;
    }

    Answer generate(String key, String body, String... headers) {
        return replica.client(key).post("/v2/images/generate", body, headers);
    }

    /** With an operator's token. */
    Answer patch(String path, String token, String body) {
        return replica.client(null)
                .send(
                        "PATCH",
                        path,
                        BodyPublishers.ofString(body),
                        "Authorization",
                        "Bearer " + token,
                        "Content-Type",
                        "application/json");
    }

    Answer get(String path, String key) {
        return replica.client(key).get(path);
    }

    String metrics() {
        return management("/actuator/prometheus");
    }

    /** As Prometheus asks for them. */
    String openMetrics() {
        return management(
                "/actuator/prometheus",
                "Accept",
                "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
    }

    String management(String path, String... headers) {
        return replica.management().get(path, headers).body();
    }

    @Override
    public void close() {
        replica.close();
    }
}
