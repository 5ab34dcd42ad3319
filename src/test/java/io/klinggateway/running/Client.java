package io.klinggateway.running;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls a gateway on this machine with one key. */
public final class Client {

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private static final JsonMapper JSON = JsonMapper.shared();

    private final String baseUrl;
    private final String key;

    public Client(int port, String key) {
        this.baseUrl = "http://localhost:" + port;
        this.key = key;
    }

    public record Answer(int status, HttpResponse<byte[]> http) {

        public String text() {
            return new String(http.body(), StandardCharsets.UTF_8);
        }

        public JsonNode json() {
            return JSON.readTree(http.body());
        }

        public String header(String name) {
            return http.headers().firstValue(name).orElse("");
        }
    }

    public Answer get(String path) {
        return send(request(path).GET());
    }

    public CompletableFuture<Answer> getLater(String path) {
        return HTTP.sendAsync(request(path).GET().build(), HttpResponse.BodyHandlers.ofByteArray())
                .thenApply(answer -> new Answer(answer.statusCode(), answer));
    }

    public Answer post(String path, String body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** With the path, key and accept header set. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(baseUrl + path))
                .timeout(Duration.ofSeconds(90))
                .header("X-API-Key", key)
                .header("Accept", "application/json, text/event-stream");
    }

    public static Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(answer.statusCode(), answer);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** @return the job's id */
    public String order(String properties) {
        Answer answer = post("/v2/images/generate", "{\"model\":\"kling-image\"," + properties + "}");
        if (answer.status() != 202) {
            throw new IllegalStateException(answer.text());
        }
        return answer.json().path("jobId").stringValue();
    }

    public JsonNode await(String jobId, String status) {
        JsonNode job = get("/v2/jobs/" + jobId).json();
        for (long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
                !job.path("status").asString().equals(status); ) {
            if (System.nanoTime() > until) {
                throw new IllegalStateException("not " + status + " in time: " + job);
            }
            job = get("/v2/jobs/" + jobId + "?wait=5").json();
        }
        return job;
    }
}
