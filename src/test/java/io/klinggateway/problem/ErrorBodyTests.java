package io.klinggateway.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.klinggateway.Gateway;
import io.klinggateway.Gateway.Client;
import io.klinggateway.GatewayTest;
import io.klinggateway.running.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** One body for every error, whoever raises it. */
@GatewayTest
class ErrorBodyTests {

    private static final Set<String> MEMBERS =
            Set.of("type", "title", "status", "detail", "code", "error", "requestId");
    private static final int LIMIT = 64 * 1024;

    private final Gateway gateway;

    ErrorBodyTests(Gateway gateway) {
        this.gateway = gateway;
    }

    static Stream<Arguments> errors() {
        return Stream.of(
                error(400, "validation_failed", List.of("details"), client -> client.generate("{}")),
                error(400, "validation_failed", List.of("details"), client -> client.get("/v2/jobs?limit=x")),
                error(400, "malformed_json", List.of(), client -> client.generate("{")),
                error(400, "malformed_json", List.of(), client -> client.generate("")),
                error(400, "malformed_json", List.of(), client -> client.generate(" \r\n\t")),
                error(
                        402,
                        "insufficient_credits",
                        List.of("creditsRequired", "creditsAvailable", "limitedBy", "window"),
                        client -> client.generate(Gateway.FOX)),
                error(404, "not_found", List.of(), client -> client.get("/v2/nowhere")),
                error(404, "not_found", List.of(), client -> client.get("/nowhere")),
                error(
                        404,
                        "not_found",
                        List.of(),
                        client -> client.get("/v2/jobs/4f0c2a55-0000-7000-8000-000000000000")),
                error(404, "not_found", List.of(), client -> client.get("/v2/jobs/")),
                error(405, "method_not_allowed", List.of(), client -> client.send("DELETE", "/v2/jobs", nothing())),
                error(405, "method_not_allowed", List.of(), client -> client.get("/v2/images/generate")),
                error(406, "not_acceptable", List.of(), client -> client.get("/v2/me", "Accept", "text/html")),
                error(
                        406,
                        "not_acceptable",
                        List.of(),
                        client -> client.generate(Gateway.FOX, "Accept", "application/xml")),
                error(
                        413,
                        "body_too_large",
                        List.of(),
                        client -> client.generate(BodyPublishers.ofString(" ".repeat(LIMIT + 1)))),
                error(
                        413,
                        "body_too_large",
                        List.of(),
                        client -> client.generate(ofUnknownLength(" ".repeat(LIMIT + 1)))),
                error(
                        415,
                        "unsupported_media_type",
                        List.of(),
                        client -> client.send("POST", "/v2/images/generate", BodyPublishers.ofString(Gateway.FOX))),
                error(415, "unsupported_media_type", List.of(), client -> as("text/plain", client)),
                error(
                        415,
                        "unsupported_media_type",
                        List.of(),
                        client -> as("application/x-www-form-urlencoded", client)),
                error(415, "unsupported_media_type", List.of(), client -> as("nonsense", client)),
                error(400, "validation_failed", List.of(), client -> client.get("/v2/jobs/%2e%2e/x;a=b//c")));
    }

    private static Arguments error(int status, String code, List<String> extras, Function<Client, Answer> call) {
        return arguments(status, code, extras, call);
    }

    @ParameterizedTest
    @MethodSource("errors")
    void everyErrorHasTheOneBody(int status, String code, List<String> extras, Function<Client, Answer> call) {
        var answer = call.apply(gateway.newTenant(0));

        assertOneBody(answer, status, code, extras);
    }

    @Test
    void aMissingKeyHasTheOneBody() {
        assertOneBody(gateway.stranger().get("/v2/me"), 401, "api_key_missing", List.of());
        assertOneBody(gateway.withKey("kg_unknown_key").get("/v2/me"), 401, "api_key_invalid", List.of());
    }

    @Test
    void aConflictHasTheOneBody() {
        var client = gateway.newTenant(10);
        client.accepted(Gateway.FOX, "Idempotency-Key", "key");

        var answer = client.generate("{\"prompt\": \"x\", \"model\": \"kling-image\"}", "Idempotency-Key", "key");

        assertOneBody(answer, 409, "idempotency_conflict", List.of());
    }

    @Test
    void aFailureOfTheGatewayHasTheOneBodyAndNoDetails() {
        var client = gateway.newTenant(10);
        gateway.database()
                .sql("delete from budget where tenant_id = ?")
                .param(client.tenant().id().value())
                .update();

        var answer = client.get("/v2/credits");

        assertOneBody(answer, 500, "internal_error", List.of());
        assertThat(answer.text("error")).isEqualTo("Internal error");
        assertThat(answer.body()).doesNotContain("select", "Exception", "budget");
    }

    @Test
    void aMethodThatIsNotAllowedNamesThoseThatAre() {
        assertThat(gateway.newTenant(1).get("/v2/images/generate").header("Allow"))
                .isEqualTo("POST");
    }

    @Test
    void aBodyOfTheLargestSizeIsRead() {
        var client = gateway.newTenant(10);
        var padded = Gateway.FOX + " ".repeat(LIMIT - Gateway.FOX.length());

        assertThat(client.generate(padded).status()).isEqualTo(202);
        assertThat(client.generate(ofUnknownLength(padded)).status()).isEqualTo(202);
        assertThat(client.generate(ofUnknownLength(padded + " ")).status()).isEqualTo(413);
        assertThat(client.rows("generation")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a", "order-4711", "A.b_c-9", "0123456789012345678901234567890123456789012345678901234567890123"
            })
    void aSafeRequestIdIsKept(String id) {
        var client = gateway.newTenant(10);

        var good = client.get("/v2/me", "X-Request-Id", id);
        var bad = client.get("/v2/nowhere", "X-Request-Id", id);

        assertThat(good.header("X-Request-Id")).isEqualTo(id);
        assertThat(bad.header("X-Request-Id")).isEqualTo(id);
        assertThat(bad.text("requestId")).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "two words",
                "semi;colon",
                "<script>",
                "01234567890123456789012345678901234567890123456789012345678901234",
                ""
            })
    void anUnsafeRequestIdIsReplaced(String id) {
        var answer = gateway.newTenant(10).get("/v2/nowhere", "X-Request-Id", id);

        assertThat(answer.header("X-Request-Id")).isNotEqualTo(id).matches("[0-9a-f-]{36}");
        assertThat(answer.text("requestId")).isEqualTo(answer.header("X-Request-Id"));
    }

    @Test
    void everyAnswerHasItsOwnRequestId() {
        var client = gateway.newTenant(10);

        assertThat(client.get("/v2/me").header("X-Request-Id"))
                .matches("[0-9a-f-]{36}")
                .isNotEqualTo(client.get("/v2/me").header("X-Request-Id"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GARBAGE\r\n\r\n",
                "GET /v2/jobs<>|{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /v2/me HTTP/1.1\r\n\r\n",
                "GET /v2/me HTTP/1.1\r\nHost: local host\r\n\r\n",
                "POST /v2/images/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
                "GET /v2/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /v2/me HTTP/9.9\r\nHost: localhost\r\n\r\n"
            })
    void evenWhatIsNoHttpIsAnsweredInJson(String request) throws IOException {
        var answer = exchange(request);

        assertThat(answer).containsIgnoringCase("Content-Type: application/json");
        var body = JsonMapper.shared().readTree(answer.substring(answer.indexOf("\r\n\r\n")));
        assertThat(new TreeSet<>(body.propertyNames())).containsAll(MEMBERS);
        assertThat(answer).startsWith("HTTP/1.1 " + body.get("status").intValue() + " ");
        assertThat(answer.toLowerCase(Locale.ROOT))
                .contains("x-request-id: " + body.get("requestId").stringValue())
                .doesNotContain("apache", "tomcat", "exception");
    }

    private String exchange(String request) throws IOException {
        try (var socket = new Socket("localhost", gateway.port())) {
            socket.setSoTimeout(5000);
            socket.getOutputStream()
                    .write(request.replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void assertOneBody(Answer answer, int status, String code, List<String> extras) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        var expected = new TreeSet<>(MEMBERS);
        expected.addAll(extras);
        assertThat(new TreeSet<>(answer.json().propertyNames())).isEqualTo(expected);
        assertThat(answer.json().get("status").intValue()).isEqualTo(status);
        assertThat(answer.text("code")).isEqualTo(code);
        assertThat(answer.text("type")).isEqualTo("urn:kling-gateway:problem:" + code);
        assertThat(answer.text("title")).isNotBlank();
        assertThat(answer.text("error")).isNotBlank().isEqualTo(answer.text("detail"));
        assertThat(answer.text("requestId")).isNotBlank().isEqualTo(answer.header("X-Request-Id"));
    }

    private static Answer as(String contentType, Client client) {
        return client.send(
                "POST", "/v2/images/generate", BodyPublishers.ofString(Gateway.FOX), "Content-Type", contentType);
    }

    private static BodyPublisher nothing() {
        return BodyPublishers.noBody();
    }

    /** Sent in chunks, so that no length is announced. */
    private static BodyPublisher ofUnknownLength(String body) {
        return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
    }
}
