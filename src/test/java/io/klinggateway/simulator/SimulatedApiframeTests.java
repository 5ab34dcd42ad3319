package io.klinggateway.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SimulatedApiframeTests {

    private static final String KEY = "afk_test";
    private static final String FOX = """
            {"prompt": "A fox", "model": "kling-image", "klingImageParams": {"n": 2.0, "image_fidelity": 0.50}}
            """;

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock();
    private final JsonMapper json = new JsonMapper();
    private final HttpClient client = HttpClient.newHttpClient();
    private SimulatedApiframe apiframe;

    @BeforeEach
    void open() {
        apiframe = SimulatedApiframe.builder()
                .port(0)
                .dataDirectory(directory)
                .apiKeys(KEY)
                .inactiveApiKeys("afk_asleep")
                .startingCredits(10)
                .clock(clock)
                .build()
                .start();
    }

    @AfterEach
    void stop() {
        apiframe.close();
        client.close();
    }

    @Test
    void aJobGoesItsWayAndEndsWithRealPictures() throws IOException, InterruptedException {
        var accepted = post(FOX, "fox");

        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.text("status")).isEqualTo("QUEUED");
        var id = accepted.text("jobId");
        clock.advance(Duration.ofSeconds(2));
        var running = get("/v2/jobs/" + id);
        assertThat(running.text("status")).isEqualTo("PROCESSING");
        assertThat(running.body().get("progress").intValue()).isEqualTo(50);
        assertThat(running.body().get("result").isNull()).isTrue();
        clock.advance(Duration.ofSeconds(1));
        var completed = get("/v2/jobs/" + id);
        assertThat(completed.text("status")).isEqualTo("COMPLETED");
        assertThat(completed.body().get("creditCost").intValue()).isEqualTo(4);
        assertThat(completed.text("createdAt")).isEqualTo("2026-11-01T12:00:00.123Z");
        assertThat(completed.text("completedAt")).isEqualTo("2026-11-01T12:00:03.123Z");
        var images = completed.body().get("result").get("images");
        assertThat(images.size()).isEqualTo(2);
        for (var image : images) {
            var picture = ImageIO.read(new ByteArrayInputStream(download(image.stringValue())));
            assertThat(picture.getWidth()).isEqualTo(256);
        }
        assertThat(download(images.get(0).stringValue()))
                .isNotEqualTo(download(images.get(1).stringValue()));
    }

    @Test
    void aRepeatedKeyReturnsItsJobAndChargesOnce() throws IOException, InterruptedException {
        var first = post(FOX, "fox").text("jobId");
        clock.advance(Duration.ofSeconds(1));

        var replay = post(FOX, "fox");
        var conflict = post(FOX.replace("fox", "hen"), "fox");

        assertThat(replay.status()).isEqualTo(202);
        assertThat(replay.text("jobId")).isEqualTo(first);
        assertThat(replay.text("status")).isEqualTo("PROCESSING");
        assertThat(conflict.status()).isEqualTo(409);
        assertThat(apiframe.vendor().totalChargedCredits()).isEqualTo(4);
        clock.advance(Duration.ofHours(25));
        assertThat(post(FOX, "fox").text("jobId")).isNotEqualTo(first);
        assertThat(apiframe.vendor().jobsByIdempotencyKey("fox")).hasSize(2);
        assertThat(apiframe.requests(Operation.GENERATE)).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({"[fail], FAILED", "[cancel], CANCELLED"})
    void whatEndsBadlyIsRefunded(String marker, String status) throws IOException, InterruptedException {
        var id = post(FOX.replace("fox", marker), "fox").text("jobId");
        assertThat(apiframe.vendor().availableCredits()).isEqualTo(6);

        clock.advance(Duration.ofSeconds(3));

        var job = get("/v2/jobs/" + id);
        assertThat(job.text("status")).isEqualTo(status);
        assertThat(job.body().get("creditCost").intValue()).isZero();
        assertThat(get("/v2/me").body().get("team").get("credits").intValue()).isEqualTo(10);
        assertThat(apiframe.vendor().totalRefundedCredits()).isEqualTo(4);
    }

    @Test
    void anEmptyAccountRefusesWithItsNumbers() throws IOException, InterruptedException {
        post(FOX, "first");
        post(FOX, "second");

        var refused = post(FOX, "third");

        assertThat(refused.status()).isEqualTo(402);
        assertThat(refused.text("error")).isEqualTo("Insufficient credits");
        assertThat(refused.body().get("creditsRequired").intValue()).isEqualTo(4);
        assertThat(refused.body().get("creditsAvailable").intValue()).isEqualTo(2);
        assertThat(apiframe.vendor().jobsByIdempotencyKey("third")).isEmpty();
    }

    @Test
    void everyViolationIsNamedByItsPath() throws IOException, InterruptedException {
        var refused = post("""
                {"prompt": "", "model": "kling", "seed": 7, "webhookUrl": "no uri", "webhookEvents": ["done"],
                 "klingImageParams": {"n": 2.5, "image_fidelity": 1.01, "aspect_ratio": null, "image": 1, "style": ""}}
                """, "bad");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body().get("details").propertyNames())
                .containsExactlyInAnyOrder(
                        "prompt",
                        "model",
                        "seed",
                        "webhookUrl",
                        "webhookEvents.0",
                        "klingImageParams.n",
                        "klingImageParams.image_fidelity",
                        "klingImageParams.aspect_ratio",
                        "klingImageParams.image",
                        "klingImageParams.style");
        assertThat(apiframe.vendor().jobs()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "null", "{}", "{} {}"})
    void whatIsNoRequestIsRefused(String body) throws IOException, InterruptedException {
        assertThat(post(body, "bad").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({", 401, API key is required", "afk_other, 401, Invalid API key", "afk_asleep, 403, API key is inactive"
    })
    void keysAreChecked(@Nullable String key, int status, String error) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri("/v2/me"));
        if (key != null) {
            request.header("X-API-Key", key);
        }

        var refused = send(request);

        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.text("error")).isEqualTo(error);
    }

    @ParameterizedTest
    @CsvSource({
        "/v2/jobs/7, 400",
        "/v2/jobs/00000000-0000-0000-0000-000000000000, 404",
        "/v2/jobs?limit=101, 400",
        "/v2/jobs?status=DONE, 400",
        "/v2/jobs?cursor=x, 400",
        "/v2/nothing, 404",
        "/v2/images/generate, 405"
    })
    void badReadsAreRefused(String path, int status) throws IOException, InterruptedException {
        assertThat(get(path).status()).isEqualTo(status);
    }

    @Test
    void pagesStayRightWhileJobsAreAdded() throws IOException, InterruptedException {
        var ids = new ArrayList<String>();
        for (var index = 0; index < 3; index++) {
            ids.addFirst(post("{\"prompt\": \"hen\", \"model\": \"kling-image\"}", "hen" + index)
                    .text("jobId"));
        }

        var first = get("/v2/jobs?limit=2&status=QUEUED&scope=team&include_models=true");
        clock.advance(Duration.ofMillis(1));
        post(FOX, "late");
        var second = get("/v2/jobs?limit=2&cursor=" + first.text("nextCursor"));

        assertThat(first.body().get("hasMore").booleanValue()).isTrue();
        assertThat(second.body().get("hasMore").booleanValue()).isFalse();
        assertThat(second.body().get("nextCursor").isNull()).isTrue();
        var listed = Stream.of(first, second)
                .flatMap(page -> page.body().get("jobs").valueStream())
                .toList();
        assertThat(listed).extracting(job -> job.get("id").stringValue()).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(listed).allMatch(job -> !job.get("expired").booleanValue());
    }

    @Test
    void aKilledVendorRemembersWhatItAnswered() throws IOException, InterruptedException {
        var id = post(FOX, "fox").text("jobId");
        apiframe.close();
        Files.writeString(directory.resolve("vendor.jsonl"), "{\"job\": {\"id\"", StandardOpenOption.APPEND);

        open();
        var replay = post(FOX, "fox");
        post(FOX, "other");
        apiframe.close();
        open();

        assertThat(replay.status()).isEqualTo(202);
        assertThat(replay.text("jobId")).isEqualTo(id);
        assertThat(apiframe.vendor().jobs()).hasSize(2);
        assertThat(apiframe.vendor().availableCredits()).isEqualTo(2);
    }

    @Test
    void webhooksAreSignedWithTheDigestOfTheKey() throws IOException, InterruptedException {
        BlockingQueue<Webhook> received = new LinkedBlockingQueue<>();
        var receiver = receiver(received);
        var url = "http://localhost:" + receiver.getAddress().getPort() + "/hook";
        var request = "{\"prompt\": \"hen\", \"model\": \"kling-image\", \"webhookUrl\": \"%s\"}".formatted(url);

        var id = post(request, "hen").text("jobId");
        clock.advance(Duration.ofSeconds(3));
        var webhook = received.poll(20, TimeUnit.SECONDS);
        receiver.stop(0);

        assertThat(webhook).isNotNull();
        assertThat(webhook.signature()).isEqualTo("sha256=" + Sha256.sign(KEY, webhook.body()));
        assertThat(webhook.event()).isEqualTo("completed");
        assertThat(json.readTree(webhook.body()).get("jobId").stringValue()).isEqualTo(id);
    }

    private static HttpServer receiver(BlockingQueue<Webhook> received) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/hook", exchange -> {
            var headers = exchange.getRequestHeaders();
            received.add(new Webhook(
                    headers.getFirst("X-Webhook-Event"),
                    headers.getFirst("X-Webhook-Signature"),
                    exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private Reply post(String body, String idempotencyKey) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri("/v2/images/generate"))
                .header("X-API-Key", KEY)
                .header("Idempotency-Key", idempotencyKey)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private Reply get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)).header("X-API-Key", KEY));
    }

    private URI uri(String path) {
        return URI.create(apiframe.baseUrl() + path);
    }

    private Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Reply(response.statusCode(), json.readTree(response.body()));
    }

    private byte[] download(String url) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url)).build();
        return client.send(request, HttpResponse.BodyHandlers.ofByteArray()).body();
    }

    private record Reply(int status, JsonNode body) {
        String text(String property) {
            return body.get(property).stringValue();
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Webhook(String event, String signature, byte[] body) {}
}
