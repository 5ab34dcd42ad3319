package io.klinggateway.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.running.FileForm;
import io.klinggateway.running.Receiver;
import io.klinggateway.running.Receiver.Received;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.running.RunningGatewayTest;
import io.klinggateway.simulator.Sha256;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@RunningGatewayTest
@Timeout(120)
class ContractTests {

    private static final String GENERATE = "/v2/images/generate";
    private static final String FOX = "{\"model\":\"kling-image\",\"prompt\":\"a fox\"}";

    @LocalServerPort
    private int port;

    private Client client;

    @BeforeEach
    void connect() {
        client = new Client(port, RunningGateway.KEY);
    }

    @Test
    void aJobKeepsItsShapeThroughEveryStatus() {
        for (Map.Entry<String, String> fate : Map.of(
                        "a fox", "COMPLETED", "[fail] a fox", "FAILED", "[cancel] a fox", "CANCELLED")
                .entrySet()) {
            Answer submitted = client.post(
                    GENERATE,
                    "{\"model\":\"kling-image\",\"prompt\":\"" + fate.getKey() + "\",\"klingImageParams\":{\"n\":3}}");
            assertShape(submitted, 202, Shape.SUBMITTED);
            String id = submitted.json().path("jobId").stringValue();
            assertThat(submitted.header("Location")).isEqualTo("/v2/jobs/" + id);

            List<String> statuses = new ArrayList<>();
            Answer answer = client.get("/v2/jobs/" + id);
            for (String last = ""; ; answer = client.get("/v2/jobs/" + id + "?wait=10")) {
                assertShape(answer, 200, Shape.JOB);
                String status = answer.json().path("status").stringValue();
                if (!status.equals(last)) {
                    statuses.add(status);
                }
                last = status;
                if (status.equals(fate.getValue())) {
                    break;
                }
            }
            assertThat(statuses).isSubsetOf("QUEUED", "PROCESSING", fate.getValue());
            assertThat(answer.json().path("creditCost").asInt()).isEqualTo(status(fate) ? 6 : 0);
            assertThat(answer.json()
                            .path("input")
                            .path("klingImageParams")
                            .path("n")
                            .asInt())
                    .isEqualTo(3);
        }
    }

    private static boolean status(Map.Entry<String, String> fate) {
        return fate.getValue().equals("COMPLETED");
    }

    @Test
    void listsArePagedNewestFirst() {
        for (int i = 0; i < 3; i++) {
            client.order("\"prompt\":\"page " + i + "\"");
        }
        List<String> seen = new ArrayList<>();
        String cursor = "";
        for (boolean more = true; more; ) {
            Answer page = client.get("/v2/jobs?limit=2&scope=team&include_models=true&model=kling-image" + cursor);
            assertShape(page, 200, Shape.JOBS);
            for (JsonNode job : page.json().path("jobs")) {
                assertThat(Shape.JOB.violations(job.toString())).isEmpty();
                seen.add(job.path("id").stringValue());
            }
            more = page.json().path("hasMore").booleanValue();
            cursor = "&cursor=" + page.json().path("nextCursor").asString();
        }
        assertThat(seen).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(3);
        assertThat(client.get("/v2/jobs?search=" + seen.getFirst()).json().path("jobs"))
                .hasSize(1);
        assertThat(client.get("/v2/jobs?model=midjourney").json().path("jobs")).isEmpty();
        assertThat(client.get("/v2/jobs?models=midjourney,flux").json().path("jobs"))
                .isEmpty();
        assertThat(client.get("/v2/jobs?models=midjourney,kling-image&limit=1")
                        .json()
                        .path("jobs"))
                .hasSize(1);
        assertThat(client.get("/v2/jobs?include_models=true")
                        .json()
                        .path("models")
                        .toString())
                .isEqualTo("[\"kling-image\"]");
    }

    @Test
    void theAccountAndTheCatalogueHaveTheVendorsShapes() {
        assertShape(client.get("/v2/me"), 200, Shape.ME);
        assertShape(client.get("/v2/models"), 200, Shape.MODELS);
        assertShape(client.get("/v2/models?modality=image"), 200, Shape.MODELS);
        assertThat(client.get("/v2/models?modality=video").json().path("models"))
                .isEmpty();
    }

    @Test
    void anUploadHasTheVendorsShape() {
        Answer uploaded = Client.send(client.request("/v2/uploads")
                .header("Content-Type", FileForm.CONTENT_TYPE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(FileForm.of(FileForm.png(5000)))));

        assertShape(uploaded, 201, Shape.UPLOAD);
        assertError(client.get("/v2/uploads"), 405, "method_not_allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=101",
                "limit=x",
                "status=DONE",
                "cursor=x",
                "search=x",
                "scope=all",
                "include_models=1"
            })
    void aBadQueryIsAValidationError(String query) {
        Answer refused = client.get("/v2/jobs?" + query);
        assertError(refused, 400, "validation_failed");
        assertThat(refused.json().path("details").propertyNames()).containsExactly(query.split("=", -1)[0]);
    }

    @Test
    void everyErrorHasTheOneShapeThatVendorClientsRead() {
        assertError(client.post(GENERATE, "{}"), 400, "validation_failed");
        assertError(client.post(GENERATE, "{"), 400, "malformed_json");
        assertError(client.post(GENERATE, "[]"), 400, "validation_failed");
        assertError(new Client(port, "kg_unknown_key").get("/v2/me"), 401, "api_key_invalid");
        assertError(new Client(port, " ").get("/v2/me"), 401, "api_key_missing");
        Answer poor = new Client(port, RunningGateway.POOR_KEY).post(GENERATE, FOX);
        assertError(poor, 402, "insufficient_credits");
        assertThat(poor.json().path("error").stringValue()).isEqualTo("Insufficient credits");
        assertError(client.get("/v2/jobs/not-a-uuid"), 400, "validation_failed");
        assertError(client.get("/v2/jobs/" + UUID.randomUUID()), 404, "not_found");
        assertError(client.get("/v2/jobs/" + UUID.randomUUID() + "?wait=5"), 404, "not_found");
        assertError(client.get("/v2/jobs/" + UUID.randomUUID() + "/events"), 404, "not_found");
        assertError(client.get(GENERATE), 405, "method_not_allowed");
        assertError(client.post(GENERATE, "{\"prompt\":\"" + "x".repeat(70_000) + "\"}"), 413, "body_too_large");
        assertError(
                Client.send(client.request(GENERATE).POST(HttpRequest.BodyPublishers.ofString("a=b"))),
                415,
                "unsupported_media_type");
    }

    @Test
    void aReplayIsTheSameJobAndAnotherBodyAConflict() {
        String key = UUID.randomUUID().toString();
        Answer first = idempotent(key, FOX);
        Answer again = idempotent(key, FOX);
        Answer other = idempotent(key, FOX.replace("fox", "hen"));

        assertShape(again, 202, Shape.SUBMITTED);
        assertThat(again.json().path("jobId")).isEqualTo(first.json().path("jobId"));
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertError(other, 409, "idempotency_conflict");
    }

    private Answer idempotent(String key, String body) {
        return Client.send(client.request(GENERATE)
                .header("Idempotency-Key", key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void anotherTenantsJobIsNotFoundByAnyRoute() {
        String id = client.order("\"prompt\":\"mine\"");
        Client other = new Client(port, RunningGateway.OTHER_KEY);

        assertError(other.get("/v2/jobs/" + id), 404, "not_found");
        assertError(other.get("/v2/jobs/" + id + "?wait=5"), 404, "not_found");
        assertError(other.get("/v2/jobs/" + id + "/events"), 404, "not_found");
        assertThat(other.get("/v2/jobs?search=" + id).json().path("jobs")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/v2/videos/generate", "/v2/music/generate", "/v2/images/upscale", "/v2/images", "/v2/nothing"})
    void whatIsNotServedSaysWhatIs(String path) {
        for (Answer refused : List.of(client.get(path), client.post(path, FOX))) {
            assertError(refused, 404, "not_found");
            assertThat(refused.json().path("error").stringValue()).contains("kling-image");
        }
    }

    @Test
    void anotherModelIsRefusedWithTheNameOfTheOneThatIsServed() {
        Answer refused = client.post(GENERATE, FOX.replace("kling-image", "kling-video"));

        assertError(refused, 400, "validation_failed");
        assertThat(refused.body()).contains("must be kling-image");
    }

    @ParameterizedTest
    @CsvSource({"61", "-1", "x", "''", "1.5", "007"})
    void aWaitThatIsNoNumberOfSecondsIsRefused(String wait) {
        Answer refused = client.get("/v2/jobs/" + UUID.randomUUID() + "?wait=" + wait);

        assertError(refused, 400, "validation_failed");
        assertThat(refused.json().path("details").propertyNames()).containsExactly("wait");
    }

    @Test
    void webhooksHaveTheVendorsShapeAndAreTheTenantsOwn() throws Exception {
        try (Receiver receiver = new Receiver()) {
            String completed = order(receiver, "a fox", "\"progress\",\"completed\",\"failed\"");
            String failed = order(receiver, "[fail] a fox", "\"failed\"");
            String cancelled = order(receiver, "[cancel] a fox", "\"failed\"");
            String silent = order(receiver, "a fox nobody asks for", "\"failed\"");
            client.await(silent, "COMPLETED");
            client.await(completed, "COMPLETED");
            client.await(cancelled, "CANCELLED");
            awaitDelivered(completed, failed, cancelled);

            assertThat(receiver.all()).isNotEmpty().allSatisfy(ContractTests::assertGenuine);
            assertThat(events(receiver, completed)).endsWith("completed");
            assertThat(tellsOfProgress(receiver, completed)
                            || tellsOfProgress(receiver, another(receiver))
                            || tellsOfProgress(receiver, another(receiver)))
                    .as("of one at least, unless a stall outlasts each")
                    .isTrue();
            assertThat(events(receiver, failed)).containsExactly("failed");
            assertThat(events(receiver, cancelled)).containsExactly("failed");
            assertThat(events(receiver, silent)).isEmpty();
            assertThat(client.get("/v2/jobs/" + silent)
                            .json()
                            .path("webhookStatus")
                            .isNull())
                    .isTrue();
        }
    }

    private static boolean tellsOfProgress(Receiver receiver, String job) {
        return events(receiver, job).contains("progress");
    }

    private String another(Receiver receiver) throws InterruptedException {
        String completed = order(receiver, "a fox", "\"progress\",\"completed\",\"failed\"");
        client.await(completed, "COMPLETED");
        awaitDelivered(completed);
        return completed;
    }

    private String order(Receiver receiver, String prompt, String events) {
        return client.order("\"prompt\":\"%s\",\"webhookUrl\":\"%s\",\"webhookEvents\":[%s]"
                .formatted(prompt, receiver.url(), events));
    }

    private void awaitDelivered(String... ids) throws InterruptedException {
        for (String id : ids) {
            await().atMost(Duration.ofSeconds(20)).until(() -> webhookStatus(id).equals("delivered"));
        }
    }

    private String webhookStatus(String id) {
        return client.get("/v2/jobs/" + id).json().path("webhookStatus").asString();
    }

    private static List<String> events(Receiver receiver, String id) {
        return receiver.all().stream()
                .filter(received -> received.json().path("jobId").asString().equals(id))
                .map(Received::event)
                .toList();
    }

    private static void assertGenuine(Received received) {
        assertThat(Shape.WEBHOOK.violations(received.json().toString())).isEmpty();
        assertThat(received.json().path("event").stringValue()).isEqualTo(received.event());
        assertThat(received.signature()).isEqualTo("sha256=" + Sha256.sign(RunningGateway.KEY, received.body()));
    }

    @Test
    void theTenantsUrlNeverGoesToTheVendorAndOursNeverToTheTenant() {
        try (Receiver receiver = new Receiver()) {
            String id = order(receiver, "a fox in secret", "\"completed\"");
            JsonNode job = client.await(id, "COMPLETED");

            JsonNode sent = RunningGateway.vendor()
                    .vendor()
                    .jobsByIdempotencyKey(id)
                    .getFirst()
                    .input();
            assertThat(sent.toString()).doesNotContain(receiver.url());
            assertThat(sent.path("webhookUrl").stringValue())
                    .startsWith("http://localhost:" + port + "/callbacks/apiframe/");
            assertThat(sent.path("webhookEvents").toString()).isEqualTo("[\"completed\",\"failed\"]");
            assertThat(job.toString()).doesNotContain("/callbacks/").contains(receiver.url());
        }
    }

    @Test
    void headAndOptionsAreSafeAndNoOriginIsLetIn() {
        Answer head = Client.send(client.request("/v2/me").method("HEAD", HttpRequest.BodyPublishers.noBody()));
        Answer options = Client.send(client.request("/v2/me").method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
        Answer preflight = Client.send(new Client(port, " ")
                .request("/v2/me")
                .header("Origin", "https://studio.example.com")
                .header("Access-Control-Request-Method", "GET")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(options.status()).isEqualTo(200);
        assertThat(options.header("Allow")).contains("GET");
        assertThat(preflight.status()).isEqualTo(401);
        assertThat(preflight.header("Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void headTellsWhatGetWouldAndOptionsWhatMayBeCalled() {
        String id = client.order("\"prompt\":\"a fox\"");
        client.await(id, "COMPLETED");
        List<String> jobs = jobs();

        Answer get = client.get("/v2/jobs/" + id);
        Answer head = call("HEAD", "/v2/jobs/" + id);
        Answer headOfNone = call("HEAD", "/v2/jobs/" + UUID.randomUUID());
        Answer headOfOrder = call("HEAD", "/v2/images/generate");
        Answer options = call("OPTIONS", "/v2/images/generate");
        Answer stranger = Client.send(
                new Client(port, " ").request("/v2/me").method("OPTIONS", HttpRequest.BodyPublishers.noBody()));

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Type")).isEqualTo(get.header("Content-Type"));
        assertThat(head.header("X-Request-Id")).isNotEmpty();
        assertThat(headOfNone.status()).isEqualTo(404);
        assertThat(headOfOrder.status()).isEqualTo(405);
        assertThat(options.status()).isEqualTo(200);
        assertThat(options.header("Allow")).contains("POST").doesNotContain("GET");
        assertThat(stranger.status()).isEqualTo(401);
        assertThat(List.of(head, headOfNone, headOfOrder, options))
                .extracting(Answer::body)
                .containsOnly("");
        assertThat(jobs()).as("nothing was made").isEqualTo(jobs);
    }

    private List<String> jobs() {
        return client.get("/v2/jobs")
                .json()
                .path("jobs")
                .valueStream()
                .map(job -> job.path("id").asString())
                .toList();
    }

    private Answer call(String method, String path) {
        return Client.send(client.request(path).method(method, HttpRequest.BodyPublishers.noBody()));
    }

    private static void assertShape(Answer answer, int status, Shape shape) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).startsWith("application/json");
        assertThat(answer.header("X-Request-Id")).isNotEmpty();
        assertThat(shape.violations(answer.body())).as(answer.body()).isEmpty();
    }

    private static void assertError(Answer answer, int status, String code) {
        assertShape(answer, status, Shape.ERROR);
        assertThat(answer.json().path("status").intValue()).isEqualTo(status);
        assertThat(answer.json().path("code").stringValue()).isEqualTo(code);
        assertThat(answer.json().path("requestId").stringValue()).isEqualTo(answer.header("X-Request-Id"));
    }
}
