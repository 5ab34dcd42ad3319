package io.klinggateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.FreshDatabaseInitializer;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.ContextConfiguration;

/** What no honest client sends is refused in the one error body, and never fails the gateway. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "apiframe.api-key=afk_none",
            "apiframe.base-url=http://localhost:1",
            "gateway.tenants[0].name=hostile",
            "gateway.tenants[0].budget.period=MONTH",
            "gateway.tenants[0].budget.limit=100",
            "gateway.tenants[0].keys[0].name=main",
            // SHA-256 of "kg_hostile_key"
            "gateway.tenants[0].keys[0].sha256=b237f2232eae656685256e1811ccd4c56d9c0b46dd85d0b34d3dcb3d21330932",
        })
@ContextConfiguration(initializers = FreshDatabaseInitializer.class)
class HostileRequestsTests {

    private static final String KEY = "kg_hostile_key";

    @LocalServerPort
    private int port;

    private final HttpClient http = HttpClient.newHttpClient();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data",
                "multipart/form-data; boundary=x",
                "application/json;charset=bogus",
                "application/x-www-form-urlencoded",
                "nonsense",
                "multipart/mixed"
            })
    void aBodyOfAnotherTypeIsRefused(String contentType) throws Exception {
        HttpResponse<String> answer = send(request("/v2/images/generate")
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString("--x\r\nnot a part")));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(415);
        assertThat(answer.body()).contains("unsupported_media_type");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v2/jobs?status=%zz HTTP/1.1",
                "GET /v2/jobs?limit=1&%ff=%c0%80 HTTP/1.1",
                "GET /v2/jobs?status=%00 HTTP/1.1",
                "GET /v2/jobs/%zz HTTP/1.1",
                "GET /v2/jobs/..%2f..%2fme HTTP/1.1",
                "GET /v2/jobs;x=y HTTP/1.1",
                "GET /v2//jobs?status=x HTTP/1.1",
                "GET /v2/jobs?search=%F0%9F%98%80 HTTP/1.1",
                "FOO /v2/jobs HTTP/1.1",
                "GET /v2/jobs?a={} HTTP/1.1",
                "GET /v2/nowhere?a%0ab=1 HTTP/1.1",
                "GET /v2/jobs/00000000-0000-7000-8000-000000000000?a%0ab=1 HTTP/1.1",
            })
    void aMangledRequestLineIsTheCallersFault(String requestLine) throws IOException {
        String answer = raw(requestLine + "\r\nHost: localhost\r\nX-API-Key: " + KEY + "\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 4").contains("\"requestId\":\"");
    }

    @Test
    void hugeHeadersAreTheCallersFault() throws IOException {
        String answer = raw("GET /v2/me HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + KEY + "\r\nX-Big: "
                + "x".repeat(20_000) + "\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 4").contains("\"requestId\":\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"prompt\":\"x\",\"model\":\"kling-image\",\"webhookUrl\":\"https://example.com/\\u0000\"}",
                "{\"prompt\":\"x\",\"model\":\"kling-image\",\"klingImageParams\":{\"n\":1@ZEROS@}}",
                "{\"prompt\":\"x\",\"model\":\"kling-image\",\"klingImageParams\":{\"image_fidelity\":1@ZEROS@}}",
                "{\"prompt\":\"x\",\"model\":\"kling-image\",\"klingImageParams\":{\"n\":1e999999999}}",
                "\u0000",
                "[[[[",
                "{\"a\":1}{",
            })
    void aBodyThatNobodyCanMeanIsTheCallersFault(String body) throws Exception {
        HttpResponse<String> answer = send(request("/v2/images/generate")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.replace("@ZEROS@", "0".repeat(400)))));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("X-API-Key", KEY);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
