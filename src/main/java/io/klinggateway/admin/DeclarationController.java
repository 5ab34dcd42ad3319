package io.klinggateway.admin;

import io.klinggateway.admin.DeclarationOperations.CurrentDeclaration;
import io.klinggateway.admin.DeclarationOperations.Tagged;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** All declared tenants at once, for pipelines. */
@RestController
@RequestMapping(path = "/admin/v1/declaration", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Declaration")
class DeclarationController {

    private static final String YAML = "application/yaml";

    private final DeclarationOperations operations;
    private final DeclarationReader reader;

    DeclarationController(DeclarationOperations operations, DeclarationReader reader) {
        this.operations = operations;
        this.reader = reader;
    }

    @GetMapping
    @Operation(summary = "What is declared, without the keys' digests; the ETag is what a PUT needs as If-Match")
    ResponseEntity<CurrentDeclaration> find() {
        return response(operations.find());
    }

    @PutMapping(consumes = {MediaType.APPLICATION_JSON_VALUE, YAML, "application/x-yaml", "text/yaml"})
    @Operation(
            summary = "Make the teams what is declared, all or none; the answer says what that changed",
            description =
                    "The format is that of the file with `gateway.tenants`. Teams that were declared and are not any"
                            + " more are suspended; those that nobody declared are left alone. Sent again, it changes nothing.",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = {
                                @Content(
                                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                                        schema = @Schema(implementation = DeclarationTerms.class)),
                                @Content(mediaType = YAML, schema = @Schema(implementation = DeclarationTerms.class))
                            }))
    ResponseEntity<DeclarationPlan> put(
            @AuthenticationPrincipal Actor actor,
            @RequestBody byte[] body,
            @RequestHeader(HttpHeaders.CONTENT_TYPE) MediaType type,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestParam(defaultValue = "false")
                    @Schema(description = "Tell what would change, and change nothing; then If-Match may be left out")
                    boolean dryRun) {
        boolean yaml = type.getSubtype().endsWith("yaml");
        return response(operations.put(actor, reader.read(body, yaml), ifMatch, dryRun));
    }

    private static <T> ResponseEntity<T> response(Tagged<T> tagged) {
        return ResponseEntity.ok().eTag(tagged.tag()).body(tagged.answer());
    }
}
