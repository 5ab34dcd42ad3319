package io.klinggateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no honest client sends is refused in the one error body, and never fails the gateway. */
@GatewayTest
class HostileRequestsTests {

    private final Gateway gateway;
    private final Gateway.Client client;

    HostileRequestsTests(Gateway gateway) {
        this.gateway = gateway;
        this.client = gateway.newTenant(100);
    }

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
    void aBodyOfAnotherTypeIsRefused(String contentType) {
        var answer = client.send(
                        "POST",
                        "/v2/images/generate",
                        BodyPublishers.ofString("--x\r\nnot a part"),
                        "Content-Type",
                        contentType)
                .expect(415);

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
        String answer = raw(
                requestLine + "\r\nHost: localhost\r\nX-API-Key: " + client.key() + "\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 4").contains("\"requestId\":\"");
    }

    @Test
    void hugeHeadersAreTheCallersFault() throws IOException {
        String answer = raw("GET /v2/me HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + client.key() + "\r\nX-Big: "
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
    void aBodyThatNobodyCanMeanIsTheCallersFault(String body) {
        client.generate(body.replace("@ZEROS@", "0".repeat(400))).expect(400);
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("localhost", gateway.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
