package io.klinggateway.running;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Calls a gateway on this machine with one key, or with none. */
public final class Client {

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String baseUrl;
    private final @Nullable String key;

    /** @param key null for a caller without one */
    public Client(int port, @Nullable String key) {
        this.baseUrl = "http://localhost:" + port;
        this.key = key;
    }

    /** @param headers names and values */
    public Answer get(String path, String... headers) {
        return send("GET", path, BodyPublishers.noBody(), headers);
    }

    public CompletableFuture<Answer> getLater(String path) {
        return HTTP.sendAsync(request(path).GET().build(), HttpResponse.BodyHandlers.ofString())
                .thenApply(Answer::of);
    }

    /** @param json of the content type {@code application/json} */
    public Answer post(String path, String json, String... headers) {
        return post(path, BodyPublishers.ofString(json), headers);
    }

    public Answer post(String path, BodyPublisher json, String... headers) {
        return send(withHeaders(request(path), headers)
                .header("Content-Type", "application/json")
                .POST(json));
    }

    public Answer send(String method, String path, BodyPublisher body, String... headers) {
        return send(withHeaders(request(path), headers).method(method, body));
    }

    private static HttpRequest.Builder withHeaders(HttpRequest.Builder request, String... headers) {
        return headers.length == 0 ? request : request.headers(headers);
    }

    /** With the path and the key set. */
    public HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(baseUrl + path)).timeout(Duration.ofSeconds(90));
        return key == null ? request : request.header("X-API-Key", key);
    }

    public static Answer send(HttpRequest.Builder request) {
        try {
            return Answer.of(HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** @return the job's id */
    public String order(String properties) {
        return post("/v2/images/generate", "{\"model\":\"kling-image\"," + properties + "}")
                .expect(202)
                .text("jobId");
    }

    public JsonNode await(String jobId, String status) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .until(
                        () -> get("/v2/jobs/" + jobId + "?wait=5").json(),
                        job -> job.path("status").asString().equals(status));
    }
}
