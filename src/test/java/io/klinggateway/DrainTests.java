package io.klinggateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.klinggateway.database.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

class DrainTests {

    private static final String KEY = "kg_drain_000000000000000000000000000000000000000000";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final CountDownLatch vendorAsked = new CountDownLatch(1);
    private final CountDownLatch vendorAnswers = new CountDownLatch(1);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private HttpServer vendor;
    private ConfigurableApplicationContext gateway;

    @BeforeEach
    void start() throws IOException {
        vendor = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        vendor.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        vendor.createContext("/v2/images/generate", this::acceptSlowly);
        vendor.start();
        var database = TestDatabase.fresh();
        gateway = new SpringApplicationBuilder(KlingGatewayApplication.class)
                .run(
                        "--server.port=0",
                        "--management.server.port=0",
                        "--apiframe.api-key=afk_drain",
                        "--apiframe.base-url=http://localhost:"
                                + vendor.getAddress().getPort(),
                        "--spring.datasource.url=" + database.url(),
                        "--spring.datasource.username=" + database.username(),
                        "--spring.datasource.password=" + database.password(),
                        "--gateway.shutdown.drain=2s",
                        "--gateway.tenants[0].name=drain",
                        "--gateway.tenants[0].budget.period=TOTAL",
                        "--gateway.tenants[0].budget.limit=10",
                        "--gateway.tenants[0].keys[0].name=drain",
                        "--gateway.tenants[0].keys[0].sha256=" + Gateway.sha256(KEY));
    }

    private void acceptSlowly(HttpExchange exchange) throws IOException {
        vendorAsked.countDown();
        try {
            vendorAnswers.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var body = "{\"jobId\":\"%s\",\"status\":\"QUEUED\"}"
                .formatted(UUID.randomUUID())
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(202, body.length);
        try (var answer = exchange.getResponseBody()) {
            answer.write(body);
        }
    }

    @AfterEach
    void stop() {
        vendorAnswers.countDown();
        gateway.close();
        vendor.stop(0);
    }

    @Test
    void keptConnectionsEndWithAnAnswerAndNotWithARefusal() throws Exception {
        var url = "http://localhost:" + gateway.getEnvironment().getRequiredProperty("local.server.port");
        var slow = http.sendAsync(
                request(url + "/v2/images/generate")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(Gateway.FOX))
                        .build(),
                BodyHandlers.ofString());
        assertThat(vendorAsked.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(read(url).headers().firstValue("Connection")).isEmpty();

        var end = Thread.ofVirtual().start(gateway::close);
        await().atMost(PATIENCE).until(() -> {
            var answer = read(url);
            assertThat(answer.statusCode()).isEqualTo(200);
            return answer.headers().firstValue("Connection").equals(Optional.of("close"));
        });

        vendorAnswers.countDown();
        assertThat(slow.get().statusCode()).isEqualTo(202);
        assertThat(end.join(PATIENCE)).as("the end of the gateway").isTrue();
    }

    private HttpResponse<String> read(String url) throws Exception {
        return http.send(request(url + "/v2/jobs").build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE).header("X-API-Key", KEY);
    }
}
