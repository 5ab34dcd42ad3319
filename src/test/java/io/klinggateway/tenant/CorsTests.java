package io.klinggateway.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.running.RunningGatewayTest;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What a browser is told, with two origins allowed. Without any, see {@code ContractTests}. */
@RunningGatewayTest(settings = "gateway.cors.allowed-origins=https://studio.example.com, http://localhost:5173")
@Timeout(60)
class CorsTests {

    private static final String ALLOWED = "https://studio.example.com";
    private static final String GENERATE = "/v2/images/generate";
    private static final String FOX = "{\"model\":\"kling-image\",\"prompt\":\"a fox\"}";

    /** What a page may read of an answer without being allowed to, and what is of no use to it. */
    private static final List<String> NOT_TO_BE_EXPOSED = List.of(
            "cache-control",
            "connection",
            "content-length",
            "content-type",
            "date",
            "expires",
            "keep-alive",
            "pragma",
            "transfer-encoding",
            "vary",
            "x-content-type-options",
            "x-frame-options",
            "x-xss-protection");

    @LocalServerPort
    private int port;

    private Client client;

    @BeforeEach
    void connect() {
        client = new Client(port, RunningGateway.KEY);
    }

    @ParameterizedTest
    @ValueSource(strings = {ALLOWED, "http://localhost:5173"})
    void aPageOfAnAllowedOriginMaySendAllThatTheApiTakes(String origin) {
        Answer preflight = preflight(GENERATE, origin, "POST", "x-api-key,content-type,idempotency-key,x-request-id");

        assertThat(preflight.status()).isEqualTo(200);
        assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo(origin);
        assertThat(list(preflight, "Access-Control-Allow-Methods")).contains("post", "get");
        assertThat(list(preflight, "Access-Control-Allow-Headers"))
                .contains("x-api-key", "content-type", "idempotency-key", "x-request-id");
        assertThat(preflight.header("Access-Control-Max-Age")).isEqualTo("3600");
        assertThat(preflight.header("Access-Control-Allow-Credentials")).isEmpty();
        assertThat(preflight.headers().allValues("Vary")).contains("Origin");
    }

    @Test
    void itMayCancelAJob() {
        assertThat(list(
                        preflight("/v2/jobs/" + UUID.randomUUID(), ALLOWED, "DELETE", "x-api-key"),
                        "Access-Control-Allow-Methods"))
                .contains("delete");
    }

    @Test
    void itMayReadWhereItsJobWaits() {
        assertThat(list(generate(UUID.randomUUID().toString()), "Access-Control-Expose-Headers"))
                .contains("x-queue-ahead", "x-queue-starts-in");
    }

    @Test
    void itMayReadEveryHeaderThatTheApiAnswersWith() {
        String idempotencyKey = UUID.randomUUID().toString();

        Answer first = generate(idempotencyKey);
        Answer again = generate(idempotencyKey);
        Answer spend = Client.send(from(ALLOWED, "/v2/usage?format=csv").GET());

        assertReadable(first, 202);
        assertThat(list(first, "Access-Control-Expose-Headers"))
                .contains("x-request-id", "location", "x-credits-cost", "x-credits-remaining", "retry-after")
                .contains("ratelimit", "ratelimit-policy");
        assertReadable(again, 202);
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertReadable(spend, 200);
        assertThat(spend.header("Content-Disposition")).isNotEmpty();
    }

    @Test
    void itMayReadErrorsToo() {
        assertReadable(Client.send(anonymous("/v2/me", ALLOWED).GET()), 401);
        assertReadable(Client.send(from(ALLOWED, "/v2/nowhere").GET()), 404);
        assertReadable(Client.send(from(ALLOWED, "/v2/me").POST(BodyPublishers.noBody())), 405);
        assertReadable(post(ALLOWED, "{"), 400);
        assertReadable(post(ALLOWED, " ".repeat(100_000)), 413);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "http://studio.example.com",
                "https://studio.example.com:8443",
                "https://studio.example.com.evil.example",
                "null"
            })
    void otherOriginsAreToldNothing(String origin) {
        Answer preflight = preflight(GENERATE, origin, "POST", "x-api-key");
        Answer read = Client.send(from(origin, "/v2/me").GET());

        assertThat(List.of(preflight, read)).allSatisfy(CorsTests::assertNoPageMayReadIt);
        assertThat(preflight.body()).isEmpty();
        assertThat(read.status())
                .as("it is the browser that keeps pages away; other callers are not turned down for a header")
                .isEqualTo(200);
    }

    @Test
    void noMethodOrHeaderIsAllowedThatTheApiDoesNotTake() {
        assertNoPageMayReadIt(preflight("/v2/me", ALLOWED, "PUT", "x-api-key"));
        assertNoPageMayReadIt(preflight("/v2/me", ALLOWED, "GET", "x-else"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/admin/v1/tenants", "/callbacks/apiframe/x", "/v3/api-docs"})
    void onlyTheTenantsApiIsOpenToPages(String path) {
        assertNoPageMayReadIt(preflight(path, ALLOWED, "GET", "authorization"));
        assertNoPageMayReadIt(Client.send(anonymous(path, ALLOWED).GET()));
    }

    @Test
    void aCallWithoutAnOriginIsServedAsEver() {
        Answer answer = client.get("/v2/me");

        assertThat(answer.status()).isEqualTo(200);
        assertNoPageMayReadIt(answer);
    }

    @Test
    void anybodyIsNoOrigin() {
        assertThatThrownBy(() -> new CorsSettings(List.of(ALLOWED, "*")))
                .hasMessageContaining("gateway.cors.allowed-origins");
    }

    private Answer generate(String idempotencyKey) {
        return Client.send(from(ALLOWED, GENERATE)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", idempotencyKey)
                .POST(BodyPublishers.ofString(FOX)));
    }

    private Answer post(String origin, String body) {
        return Client.send(from(origin, GENERATE)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    /** Sent by a browser before the call itself, and without its key. */
    private Answer preflight(String path, String origin, String method, String headers) {
        return Client.send(anonymous(path, origin)
                .header("Access-Control-Request-Method", method)
                .header("Access-Control-Request-Headers", headers)
                .method("OPTIONS", BodyPublishers.noBody()));
    }

    private HttpRequest.Builder from(String origin, String path) {
        return client.request(path).header("Origin", origin);
    }

    private HttpRequest.Builder anonymous(String path, String origin) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("Origin", origin);
    }

    private static void assertReadable(Answer answer, int status) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(ALLOWED);
        TreeSet<String> sent = new TreeSet<>(answer.headers().map().keySet());
        sent.removeIf(name -> name.startsWith("access-control-") || NOT_TO_BE_EXPOSED.contains(name));
        assertThat(sent).contains("x-request-id");
        assertThat(list(answer, "Access-Control-Expose-Headers")).containsAll(sent);
    }

    private static void assertNoPageMayReadIt(Answer answer) {
        assertThat(answer.headers().map().keySet())
                .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control-"));
    }

    private static List<String> list(Answer answer, String header) {
        return List.of(answer.header(header).toLowerCase(Locale.ROOT).split(", ?"));
    }
}
