package io.klinggateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.klinggateway.database.TestDatabase;
import io.klinggateway.running.Replica;
import io.klinggateway.running.Replica.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DrainTests {

    private static final String KEY = "kg_drain_000000000000000000000000000000000000000000";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final CountDownLatch vendorAsked = new CountDownLatch(1);
    private final CountDownLatch vendorAnswers = new CountDownLatch(1);
    private HttpServer vendor;
    private Replica gateway;

    @BeforeEach
    void start() throws IOException {
        vendor = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        vendor.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        vendor.createContext("/v2/images/generate", this::acceptSlowly);
        vendor.start();
        gateway = Replica.start(Settings.of(
                        TestDatabase.migrated(),
                        "http://localhost:" + vendor.getAddress().getPort())
                .with("gateway.shutdown.drain", "5s")
                .tenant("drain", "TOTAL", 10, "drain", KEY));
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
        var client = gateway.client(KEY);
        var slow = CompletableFuture.supplyAsync(() -> client.post("/v2/images/generate", Gateway.FOX));
        assertThat(vendorAsked.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(client.get("/v2/jobs").header("Connection")).isEmpty();

        var end = Thread.ofVirtual().start(gateway::close);
        await().atMost(PATIENCE)
                .until(() ->
                        client.get("/v2/jobs").expect(200).header("Connection").equals("close"));

        vendorAnswers.countDown();
        assertThat(slow.get().status()).isEqualTo(202);
        assertThat(end.join(PATIENCE)).as("the end of the gateway").isTrue();
    }
}
