package io.klinggateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What no honest client sends is refused in the one error body, and never fails the gateway. */
@GatewayTest
@ExtendWith(OutputCaptureExtension.class)
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
                "CONNECT /v2/jobs HTTP/1.1",
                "CONNECT localhost:443 HTTP/1.1",
                "TRACE /v2/jobs HTTP/1.1",
                "GET /v2/usage?from=%2B300000-01-01 HTTP/1.1",
                "GET /v2/usage?to=%2B300000-01-01T00:00:00Z HTTP/1.1",
                "GET /v2/usage?to=%2B999999999-12-31 HTTP/1.1",
                "GET /v2/nowhere?a%0ab=1 HTTP/1.1",
                "GET /v2/jobs/00000000-0000-7000-8000-000000000000?a%0ab=1 HTTP/1.1",
            })
    void aMangledRequestLineIsTheCallersFault(String requestLine) throws IOException {
        String answer = raw(
                requestLine + "\r\nHost: localhost\r\nX-API-Key: " + client.key() + "\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 4").contains("\"requestId\":\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: identity",
                "Transfer-Encoding: gzip",
                "Transfer-Encoding: nonsense",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 5",
                "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: -1",
                "Content-Length: 99999999999999999999",
                "Content-Encoding: gzip\r\nContent-Length: 0",
            })
    void aBodyFramedInAWayThatNobodyCanMeanIsTheCallersFault(String framing, CapturedOutput output) throws IOException {
        String answer = raw("POST /v2/images/generate HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + client.key()
                + "\r\nContent-Type: application/json\r\n" + framing + "\r\nConnection: close\r\n\r\n0\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 4").contains("\"requestId\":\"");
        assertThat(output.getAll()).doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"zz\r\nxx\r\n", "ffffffffffffffff\r\n", "-1\r\n"})
    void brokenChunksAreTheCallersFault(String chunks, CapturedOutput output) throws IOException {
        String answer = raw("POST /v2/images/generate HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + client.key()
                + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);

        assertThat(answer).startsWith("HTTP/1.1 4");
        assertThat(output.getAll()).doesNotContain("\tat ", "internal_error");
    }

    @Test
    void aCallerThatHangsUpDuringAListIsOneLine(CapturedOutput output) throws IOException {
        var talkative = gateway.newTenant(1000);
        for (int job = 0; job < 60; job++) {
            talkative.accepted("{\"model\":\"kling-image\",\"prompt\":\"" + "x".repeat(2000)
                    + "\",\"klingImageParams\":{\"negative_prompt\":\"" + "y".repeat(2500) + "\"}}");
        }
        // How much of an answer the system takes off the gateway's hands is its own affair.
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    hangUpDuringAList(talkative.key());
                    return output.getAll().contains("the caller has hung up");
                });

        assertThat(output.getAll().lines().filter(line -> line.contains("[hung-up]")))
                .allMatch(line -> line.contains("the caller has hung up"));
        assertThat(output.getAll()).doesNotContain("\tat ", "internal error");
    }

    private void hangUpDuringAList(String key) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(2048);
            socket.connect(new InetSocketAddress("localhost", gateway.port()));
            socket.getOutputStream()
                    .write(("GET /v2/jobs?limit=100 HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + key
                                    + "\r\nX-Request-Id: hung-up\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            socket.setSoLinger(true, 0);
        }
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
