package io.klinggateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.running.Answer;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@GatewayTest
class OpenApiTests {

    private static final String GENERATE = "/v2/images/generate";

    private final Gateway gateway;

    OpenApiTests(Gateway gateway) {
        this.gateway = gateway;
    }

    @Test
    void theDocumentIsValid() {
        var parsed = new OpenAPIV3Parser()
                .readContents(gateway.stranger().get("/v3/api-docs").body(), null, new ParseOptions());

        assertThat(parsed.getMessages()).isEmpty();
        assertThat(parsed.getOpenAPI()).isNotNull();
    }

    @Test
    void theDocumentHasEveryCallOfTenants() {
        assertThat(calls())
                .contains(
                        "POST /v2/images/generate",
                        "GET /v2/jobs/{id}",
                        "GET /v2/jobs",
                        "GET /v2/me",
                        "GET /v2/models",
                        "POST /v2/uploads",
                        "GET /v2/credits")
                .noneMatch(call -> call.endsWith("/error"));
    }

    @ParameterizedTest
    @CsvSource({
        "/v2/images/generate, post, 400 401 402 403 409 413 415 429 503",
        "/v2/jobs/{id}, get, 400 401 403 404",
        "/v2/jobs, get, 400 401 403",
        "/v2/me, get, 400 401 403",
        "/v2/credits, get, 400 401 403",
        "/v2/uploads, post, 400 401 403 413 415 429 502 503",
        "/v2/models, get, 400 500"
    })
    void everyCallShowsItsErrorsWithTheOneBody(String path, String method, String statuses) {
        var responses = document().path("paths").path(path).path(method).path("responses");

        assertThat(responses.propertyNames()).contains(statuses.split(" ", -1));
        for (var status : statuses.split(" ", -1)) {
            var schema = responses
                    .path(status)
                    .path("content")
                    .path("application/json")
                    .path("schema");
            assertThat(schema.path("$ref").asString("")).as(status).isEqualTo("#/components/schemas/Problem");
        }
    }

    /** {@code GET /admin/v1/usage} has the same description. */
    @Test
    void aReportIsDescribedAsJsonAndAsCsv() {
        var api = document();
        var content = api.path("paths")
                .path("/v2/usage")
                .path("get")
                .path("responses")
                .path("200")
                .path("content");
        var schemas = api.path("components").path("schemas");

        assertThat(content.propertyNames()).containsExactlyInAnyOrder("application/json", "text/csv");
        assertThat(content.path("application/json").path("schema").path("$ref").asString(""))
                .isEqualTo("#/components/schemas/UsageReport");
        assertThat(content.path("text/csv").path("schema").path("type").asString(""))
                .isEqualTo("string");
        assertThat(schemas.path("UsageReport").path("properties").propertyNames())
                .contains("from", "to", "zone", "groupBy", "currency", "rows", "totals");
        assertThat(schemas.path("UsageRow").path("properties").propertyNames())
                .contains("month", "closed", "labels", "credits", "images", "failedImages", "costCentre", "cost");
    }

    @Test
    void theErrorBodyIsDescribed() {
        assertThat(properties("Problem").propertyNames())
                .containsExactlyInAnyOrder(
                        "type",
                        "title",
                        "status",
                        "detail",
                        "code",
                        "error",
                        "requestId",
                        "details",
                        "creditsRequired",
                        "creditsAvailable",
                        "limitedBy",
                        "window",
                        "resetsAt");
    }

    @Test
    void theExamplesOfARequestAreAccepted() {
        var content = document()
                .path("paths")
                .path("/v2/images/generate")
                .path("post")
                .path("requestBody")
                .path("content")
                .path("application/json");

        assertThat(content.path("examples").propertyNames()).isNotEmpty();
        var client = gateway.newTenant(100);
        content.path("examples")
                .forEach(example -> client.accepted(example.path("value").toString()));
    }

    /** As the gateway really answers: what a reader copies from the description has to be there. */
    @Test
    void theExamplesOfErrorsAreWhatIsAnswered() {
        var client = gateway.newTenant(PeriodKind.MONTH, 2);
        client.accepted(Gateway.FOX, "Idempotency-Key", "of-the-examples");

        assertAnswered("400", client.generate(Gateway.FOX.replace("}", ", \"klingImageParams\": {\"n\": 5}}")));
        assertAnswered("400", client.generate(""));
        assertAnswered("401", generate(gateway.stranger()));
        assertAnswered("401", generate(gateway.withKey("kg_unknown")));
        assertAnswered("402", client.generate(Gateway.FOX));
        assertAnswered(
                "409",
                client.generate(
                        "{\"prompt\": \"x\", \"model\": \"kling-image\"}", "Idempotency-Key", "of-the-examples"));
        assertAnswered(
                "415", client.send("POST", GENERATE, BodyPublishers.ofString("x"), "Content-Type", "text/plain"));
    }

    private static Answer generate(Gateway.Client client) {
        return client.generate(Gateway.FOX);
    }

    private void assertAnswered(String status, Answer answer) {
        var example = content(GENERATE, "post", status)
                .path("examples")
                .path(answer.code())
                .path("value");

        assertThat(answer.status()).isEqualTo(Integer.parseInt(status));
        assertThat(answer.json().propertyNames()).containsExactlyInAnyOrderElementsOf(example.propertyNames());
        for (var member :
                List.of("type", "title", "status", "detail", "code", "error", "details", "limitedBy", "window")) {
            assertThat(answer.json().path(member)).as(member).isEqualTo(example.path(member));
        }
    }

    @Test
    void theExamplesOfAQuoteAreWhatIsAnswered() {
        var rich = quote(gateway.newTenant(PeriodKind.MONTH, 950), 2);
        var poor = quote(gateway.newTenant(PeriodKind.MONTH, 3), 4);
        var examples = content("/v2/images/quote", "post", "200").path("examples");

        for (var each : Map.of("It would be admitted", rich, "It would be refused", poor)
                .entrySet()) {
            var example = examples.path(each.getKey()).path("value");
            var answer = each.getValue().json();
            assertThat(answer.propertyNames()).containsExactlyInAnyOrderElementsOf(example.propertyNames());
            assertThat(without(answer, "resetsAt")).isEqualTo(without(example, "resetsAt"));
            assertThat(answer.path("resetsAt").asString("")).matches("\\d{4}-\\d\\d-01T00:00:00Z");
        }
    }

    @Test
    void theExampleOfAJobIsWhatIsAnswered() {
        var client = gateway.newTenant(10);
        var id = client.accepted(Gateway.FOX);
        gateway.finishVendorJobs();
        var example = content("/v2/jobs/{id}", "get", "200")
                .path("examples")
                .path("It is done")
                .path("value");

        var job = client.awaitStatus(id, "COMPLETED").json();

        assertThat(job.propertyNames()).containsExactlyInAnyOrderElementsOf(example.propertyNames());
        for (var member :
                List.of("status", "model", "progress", "error", "creditCost", "webhookStatus", "input", "expired")) {
            assertThat(job.path(member)).as(member).isEqualTo(example.path(member));
        }
        assertThat(job.path("result").propertyNames()).containsExactly("images");
    }

    private static Answer quote(Gateway.Client client, int images) {
        return client.send(
                        "POST",
                        "/v2/images/quote",
                        BodyPublishers.ofString(
                                Gateway.FOX.replace("}", ", \"klingImageParams\": {\"n\": " + images + "}}")),
                        "Content-Type",
                        "application/json")
                .expect(200);
    }

    private static String without(JsonNode object, String name) {
        return new TreeMap<>(object.properties().stream()
                        .filter(member -> !member.getKey().equals(name))
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, member -> member.getValue().toString())))
                .toString();
    }

    private JsonNode content(String path, String method, String status) {
        return document()
                .path("paths")
                .path(path)
                .path(method)
                .path("responses")
                .path(status)
                .path("content")
                .path("application/json");
    }

    @Test
    void swaggerUiOpensOnTheTeamsApi() {
        var config = gateway.stranger().get("/v3/api-docs/swagger-config").expect(200);
        var teams = gateway.stranger().get("/v3/api-docs/teams").expect(200);

        assertThat(config.text("urls.primaryName")).isEqualTo("teams");
        assertThat(config.json().path("urls").path(0).path("url").asString("")).isEqualTo("/v3/api-docs/teams");
        assertThat(teams.json().path("paths").propertyNames()).allMatch(path -> path.startsWith("/v2/"));
        assertThat(teams.json()
                        .path("paths")
                        .path("/v2/me")
                        .path("get")
                        .path("responses")
                        .propertyNames())
                .contains("401");
    }

    @Test
    void theRulesOfARequestAreInItsSchema() {
        var params = properties("KlingImageParams");

        assertThat(properties("ImageRequest").path("prompt").path("maxLength").intValue())
                .isEqualTo(2000);
        assertThat(params.path("n").path("maximum").intValue()).isEqualTo(4);
        assertThat(params.path("negative_prompt").path("maxLength").intValue()).isEqualTo(2500);
        assertThat(params.propertyNames())
                .containsExactlyInAnyOrder(
                        "model_name", "negative_prompt", "image", "image_fidelity", "n", "aspect_ratio");
    }

    @Test
    void bothWaysToSendAKeyAreDescribed() {
        var schemes = document().path("components").path("securitySchemes");

        assertThat(schemes.values().stream().map(scheme -> scheme.path("type").asString("")))
                .containsExactlyInAnyOrder("apiKey", "http");
    }

    @Test
    void swaggerUiAnswers() {
        var start = gateway.stranger().get("/swagger-ui.html");
        var page = gateway.stranger().get("/swagger-ui/index.html");

        assertThat(start.status()).isEqualTo(302);
        assertThat(start.header("Location")).endsWith("/swagger-ui/index.html");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("Swagger UI");
    }

    private Set<String> calls() {
        List<String> methods = List.of("get", "post", "put", "patch", "delete");
        return document().path("paths").properties().stream()
                .flatMap(path -> methods.stream()
                        .filter(path.getValue()::has)
                        .map(method -> method.toUpperCase(Locale.ROOT) + " " + path.getKey()))
                .collect(Collectors.toSet());
    }

    private JsonNode properties(String schema) {
        return document().path("components").path("schemas").path(schema).path("properties");
    }

    private JsonNode document() {
        var answer = gateway.stranger().get("/v3/api-docs");
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }
}
