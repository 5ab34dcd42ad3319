package io.klinggateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@GatewayTest
class OpenApiTests {

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
        "/v2/images/generate, post, 400 401 402 403 409 413 415 503",
        "/v2/jobs/{id}, get, 400 401 403 404",
        "/v2/jobs, get, 400 401 403",
        "/v2/me, get, 401 403",
        "/v2/credits, get, 401 403",
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
