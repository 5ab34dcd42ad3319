package io.klinggateway.watch;

import io.klinggateway.KlingGatewayApplication;
import io.klinggateway.database.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** One replica of the whole gateway in this JVM, on free ports. */
final class RunningGateway implements AutoCloseable {

    private final ConfigurableApplicationContext context;
    private final HttpClient http = HttpClient.newHttpClient();

    private RunningGateway(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Tenants named as given, each with a monthly budget of 1000 credits and the key {@link #keyOf}. */
    static RunningGateway start(
            TestDatabase database,
            String vendor,
            String vendorKey,
            List<String> tenants,
            Map<String, String> settings) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("server.port", "0");
        properties.put("management.server.port", "0");
        properties.put("spring.datasource.url", database.url());
        properties.put("spring.datasource.username", database.username());
        properties.put("spring.datasource.password", database.password());
        properties.put("apiframe.base-url", vendor);
        properties.put("apiframe.api-key", vendorKey);
        properties.put("gateway.tracking.interval", "200ms");
        for (int i = 0; i < tenants.size(); i++) {
            String tenant = "gateway.tenants[" + i + "].";
            properties.put(tenant + "name", tenants.get(i));
            properties.put(tenant + "budget.period", "MONTH");
            properties.put(tenant + "budget.limit", "1000");
            properties.put(tenant + "budget.time-zone", "UTC");
            properties.put(tenant + "keys[0].name", "ci");
            properties.put(tenant + "keys[0].sha256", sha256(keyOf(tenants.get(i))));
        }
        properties.putAll(settings);
        return new RunningGateway(new SpringApplicationBuilder(KlingGatewayApplication.class)
                .properties(properties)
                .run(properties.entrySet().stream()
                        .map(property -> "--" + property.getKey() + "=" + property.getValue())
                        .toArray(String[]::new)));
    }

    static String keyOf(String tenant) {
        return "kg_test_key_of_" + tenant;
    }

    static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    int managementPort() {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.management.port"));
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    HttpResponse<String> generate(String key, String body, String... headers) {
        HttpRequest.Builder request = request("/v2/images/generate", key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    HttpResponse<String> get(String path, String key) {
        return send(request(path, key));
    }

    private HttpRequest.Builder request(String path, String key) {
        int port = Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("X-API-Key", key);
    }

    String metrics() {
        return management("/actuator/prometheus");
    }

    /** As Prometheus asks for them. */
    String openMetrics() {
        return send(HttpRequest.newBuilder(URI.create("http://localhost:" + managementPort() + "/actuator/prometheus"))
                        .header("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"))
                .body();
    }

    String management(String path) {
        return send(HttpRequest.newBuilder(URI.create("http://localhost:" + managementPort() + path)))
                .body();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void close() {
        context.close();
        http.close();
    }
}
