package io.klinggateway.watch;

import static org.awaitility.Awaitility.await;

import io.klinggateway.harness.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Prometheus, from the command {@code prometheus} of this machine, that scrapes every second. */
final class Prometheus implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Process process;
    private final String url;
    private final HttpClient http = HttpClient.newHttpClient();

    private Prometheus(Process process, String url) {
        this.process = process;
        this.url = url;
    }

    /**
     * Keeps data and log in the directory, for whoever wants to look at the run afterwards.
     *
     * @param rules the directory of the rules
     */
    static Prometheus start(Path directory, Path rules, List<Integer> ports) throws IOException {
        Files.createDirectories(directory);
        Path configuration = directory.resolve("prometheus.yaml");
        Files.writeString(configuration, """
                global:
                  scrape_interval: 1s
                  evaluation_interval: 1s
                rule_files: ["%s"]
                scrape_configs:
                  - job_name: gw-kling-gateway-management
                    metrics_path: /actuator/prometheus
                    static_configs:
                      - targets: [%s]
                        labels: {namespace: images}
                """.formatted(
                        rules.toAbsolutePath().resolve("*.yaml"),
                        ports.stream().map(port -> "\"127.0.0.1:" + port + "\"").collect(Collectors.joining(", "))));
        String address = "127.0.0.1:" + Ports.free();
        Process process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=" + address)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
        Prometheus prometheus = new Prometheus(process, "http://" + address);
        await("Prometheus is ready").atMost(Duration.ofSeconds(60)).until(prometheus::isReady);
        return prometheus;
    }

    private boolean isReady() {
        if (!process.isAlive()) {
            throw new IllegalStateException("prometheus has ended with " + process.exitValue());
        }
        try {
            return get("/-/ready").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** @return the samples of an instant query, now */
    List<JsonNode> query(String expression) {
        try {
            HttpResponse<String> answer =
                    get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
            if (answer.statusCode() != 200) {
                throw new AssertionError(expression + ": " + answer.body());
            }
            return List.copyOf(
                    JSON.readTree(answer.body()).path("data").path("result").values());
        } catch (IOException failure) {
            throw new AssertionError(expression, failure);
        }
    }

    JsonNode rules() throws IOException {
        return JSON.readTree(get("/api/v1/rules").body()).path("data").path("groups");
    }

    private HttpResponse<String> get(String path) throws IOException {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create(url + path)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
        http.close();
    }
}
