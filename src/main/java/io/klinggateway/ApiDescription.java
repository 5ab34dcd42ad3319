package io.klinggateway;

import io.klinggateway.problem.Problem;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.ArrayList;
import java.util.List;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;

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

    @Bean
    OpenApiCustomizer errors() {
        return api -> {
            ModelConverters.getInstance(true).readAll(Problem.class).forEach(api.getComponents()::addSchemas);
            api.getPaths()
                    .forEach((path, item) -> item.readOperations()
                            .forEach(operation -> errorsOf(path, operation)
                                    .forEach(status -> operation
                                            .getResponses()
                                            .addApiResponse(Integer.toString(status.value()), error(status)))));
        };
    }

    private static List<HttpStatus> errorsOf(String path, Operation operation) {
        List<HttpStatus> errors =
                new ArrayList<>(List.of(HttpStatus.INTERNAL_SERVER_ERROR, HttpStatus.SERVICE_UNAVAILABLE));
        if (operation.getSecurity() == null || !operation.getSecurity().isEmpty()) {
            errors.addAll(List.of(HttpStatus.UNAUTHORIZED, HttpStatus.FORBIDDEN));
        }
        if (operation.getParameters() != null || operation.getRequestBody() != null) {
            errors.add(HttpStatus.BAD_REQUEST);
        }
        if (path.contains("{")) {
            errors.add(HttpStatus.NOT_FOUND);
        }
        if (operation.getRequestBody() != null) {
            errors.addAll(List.of(
                    HttpStatus.PAYMENT_REQUIRED,
                    HttpStatus.CONFLICT,
                    HttpStatus.CONTENT_TOO_LARGE,
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE));
        }
        return errors;
    }

    private static ApiResponse error(HttpStatus status) {
        return new ApiResponse()
                .description(status.getReasonPhrase())
                .content(new Content()
                        .addMediaType(
                                org.springframework.http.MediaType.APPLICATION_JSON_VALUE,
                                new MediaType().schema(new Schema<>().$ref("Problem"))));
    }
}
