package io.klinggateway.simulator;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Sends each job's webhooks when their time has come, once and with best effort. */
final class VendorWebhooks implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CLOCK_CHECK = Duration.ofMillis(50);
    private static final List<String> DEFAULT_EVENTS = List.of("completed", "failed");

    private final SimulatedVendor vendor;
    private final ApiKeys keys;
    private final JobView view;
    private final JsonMapper json;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();

    VendorWebhooks(SimulatedVendor vendor, ApiKeys keys, JobView view, JsonMapper json) {
        this.vendor = vendor;
        this.keys = keys;
        this.view = view;
        this.json = json;
    }

    /** Takes up the webhooks that an earlier process still owed. */
    void resume() {
        vendor.jobs()
                .filter(job -> vendor.webhookStatus(job) == WebhookStatus.PENDING)
                .forEach(this::follow);
    }

    void follow(SimulatedJob job) {
        threads.execute(() -> {
            try {
                sendAll(job);
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void sendAll(SimulatedJob job) throws InterruptedException {
        if (wants(job, "progress") && vendor.now().isBefore(job.endsAt())) {
            awaitTime(job.startsAt().plus(job.processingFor().dividedBy(2)));
            send(job, view.progress(job));
        }
        awaitTime(job.endsAt());
        switch (job.fate()) {
            case COMPLETED -> sendLast(job, view.completed(job));
            case FAILED -> sendLast(job, view.failed(job));
            default -> {}
        }
    }

    private void sendLast(SimulatedJob job, ObjectNode body) throws InterruptedException {
        if (wants(job, body.path("event").asString())) {
            var delivered = send(job, body);
            vendor.webhookEnded(job, delivered ? WebhookStatus.DELIVERED : WebhookStatus.FAILED);
        }
    }

    private static boolean wants(SimulatedJob job, String event) {
        var events = job.input().path("webhookEvents");
        return events.isMissingNode()
                ? DEFAULT_EVENTS.contains(event)
                : events.valueStream().map(JsonNode::asString).anyMatch(event::equals);
    }

    private void awaitTime(Instant time) throws InterruptedException {
        while (vendor.now().isBefore(time)) {
            Thread.sleep(CLOCK_CHECK);
        }
    }

    private boolean send(SimulatedJob job, ObjectNode body) throws InterruptedException {
        var bytes = json.writeValueAsBytes(body);
        try {
            var request = HttpRequest.newBuilder(
                            URI.create(job.input().path("webhookUrl").asString()))
                    .timeout(TIMEOUT)
                    .header("Content-Type", "application/json")
                    .header("X-Webhook-Event", body.path("event").asString())
                    .header("X-Webhook-Signature", signature(job, bytes))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(bytes))
                    .build();
            var status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            return status / 100 == 2;
        } catch (IOException | IllegalArgumentException unreachable) {
            return false;
        }
    }

    private String signature(SimulatedJob job, byte[] body) {
        var key = keys.find(job.apiKeyId())
                .orElseThrow(() -> new IllegalArgumentException("the job's key is no longer known"));
        return "sha256=" + HexFormat.of().formatHex(Sha256.hmac(key.signingKey(), body));
    }

    @Override
    public void close() {
        threads.shutdownNow();
        client.shutdownNow();
        threads.close();
        client.close();
    }
}
