package io.klinggateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.running.Receiver;
import io.klinggateway.simulator.SimulatedApiframe;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class WebhookDeliveriesTests {

    private static SimulatedApiframe vendor;
    private static Replica gateway;

    @BeforeAll
    static void start() {
        vendor = SimulatedApiframe.builder()
                .port(0)
                .queuedFor(Duration.ZERO)
                .processingFor(Duration.ofMillis(100))
                .build()
                .start();
        Map<String, Object> settings = new HashMap<>(Replica.withOperators());
        settings.put("gateway.webhooks.allowed-receivers", "localhost, 127.0.0.0/8");
        gateway = Replica.start(TestDatabase.migrated(), vendor.baseUrl(), settings);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    @Test
    void aDeliveryThatFailsIsShownAndArrivesWhenAnOperatorTriesAgain() {
        gateway.createTenant("hooked", "{\"period\": \"MONTH\", \"limit\": 100, \"timeZone\": \"UTC\"}", "{}");
        String key = gateway.createKey("hooked");
        try (Receiver receiver = new Receiver()) {
            receiver.answers(410);
            String job = gateway.tenant(key, "POST", "/v2/images/generate", """
                    {"prompt": "a fox", "model": "kling-image", "webhookUrl": "%s"}
                    """.formatted(receiver.url()))
                    .expect(202)
                    .text("jobId");
            Replica.await(() -> gateway.tenant(key, "GET", "/v2/jobs/" + job).text("webhookStatus"), "failed");

            JsonNode failing = gateway.operator("GET", "/webhook-deliveries")
                    .expect(200)
                    .json()
                    .path("items")
                    .path(0);
            assertThat(failing.path("generationId").asString()).isEqualTo(job);
            assertThat(failing.path("tenant").asString()).isEqualTo("hooked");
            assertThat(failing.path("status").asString()).isEqualTo("failed");
            assertThat(failing.path("attempts").asInt()).isOne();

            receiver.answers(204);
            gateway.operator("POST", "/webhook-deliveries/" + job + "/retry").expect(202);

            Replica.await(() -> gateway.tenant(key, "GET", "/v2/jobs/" + job).text("webhookStatus"), "delivered");
            assertThat(gateway.operator("GET", "/webhook-deliveries").json().path("items"))
                    .isEmpty();
            gateway.operator("POST", "/webhook-deliveries/" + job + "/retry").expect(404);
        }
    }

    @Test
    void whatIsNoDeliveryCannotBeTriedAgain() {
        gateway.operator("POST", "/webhook-deliveries/" + UUID.randomUUID() + "/retry")
                .expect(404);
        gateway.operator("POST", "/webhook-deliveries/nonsense/retry").expect(404);
    }
}
