package io.klinggateway;

import io.klinggateway.problem.Problem;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.ArrayList;
import java.util.List;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/** What the OpenAPI document says beyond the controllers: keys, and the error body that every call may answer with. */
@Configuration(proxyBeanMethods = false)
class ApiDescription {

    private static final String HEADER_SCHEME = "X-API-Key";
    private static final String BEARER_SCHEME = "Bearer";

    @Bean
    OpenAPI openApi() {
        return new OpenAPI()
                .info(new Info()
                        .title("Kling Gateway")
                        .version("v2")
                        .description("The vendor's Kling Image API, on your team's key and budget."))
                .components(new Components()
                        .addSecuritySchemes(
                                HEADER_SCHEME,
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.APIKEY)
                                        .in(SecurityScheme.In.HEADER)
                                        .name("X-API-Key"))
                        .addSecuritySchemes(
                                BEARER_SCHEME,
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.HTTP)
                                        .scheme("bearer")))
                .addSecurityItem(new SecurityRequirement().addList(HEADER_SCHEME))
                .addSecurityItem(new SecurityRequirement().addList(BEARER_SCHEME));
    }

    /** In every document, those of the groups included. */
    @Bean
    GlobalOpenApiCustomizer errors(JsonMapper json) {
        ErrorExamples examples = new ErrorExamples(json);
        return api -> {
            ModelConverters.getInstance(true).readAll(Problem.class).forEach(api.getComponents()::addSchemas);
            api.getPaths()
                    .forEach((path, item) -> item.readOperationsMap()
                            .forEach((method, operation) -> add(examples, method + " " + path, operation)));
        };
    }

    private static void add(ErrorExamples examples, String call, Operation operation) {
        for (HttpStatus status : errorsOf(call, operation)) {
            operation
                    .getResponses()
                    .addApiResponse(
                            Integer.toString(status.value()),
                            new ApiResponse()
                                    .description(status.getReasonPhrase())
                                    .content(new Content()
                                            .addMediaType(
                                                    MediaType.APPLICATION_JSON_VALUE,
                                                    examples.body(call, operation, status))));
        }
    }

    private static List<HttpStatus> errorsOf(String call, Operation operation) {
        List<HttpStatus> errors = new ArrayList<>(
                List.of(HttpStatus.BAD_REQUEST, HttpStatus.INTERNAL_SERVER_ERROR, HttpStatus.SERVICE_UNAVAILABLE));
        boolean open =
                operation.getSecurity() != null && operation.getSecurity().isEmpty();
        if (!open) {
            errors.add(HttpStatus.UNAUTHORIZED);
        }
        if (call.contains("{")) {
            errors.add(HttpStatus.NOT_FOUND);
        }
        if (operation.getRequestBody() != null) {
            errors.addAll(List.of(HttpStatus.CONTENT_TOO_LARGE, HttpStatus.UNSUPPORTED_MEDIA_TYPE));
        }
        if (call.contains(" /v2/")) {
            if (!open) {
                errors.add(HttpStatus.FORBIDDEN);
            }
        } else if (operation.getRequestBody() != null) {
            errors.add(HttpStatus.CONFLICT);
        }
        if (call.equals(ErrorExamples.GENERATE)) {
            errors.addAll(List.of(HttpStatus.PAYMENT_REQUIRED, HttpStatus.CONFLICT, HttpStatus.TOO_MANY_REQUESTS));
        }
        return errors;
    }
}
