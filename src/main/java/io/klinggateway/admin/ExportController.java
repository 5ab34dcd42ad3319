package io.klinggateway.admin;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** All that is kept about a team. */
@RestController
@Tag(name = "Tenants")
class ExportController {

    private final ExportOperations export;

    ExportController(ExportOperations export) {
        this.export = export;
    }

    @GetMapping(path = "/admin/v1/tenants/{name}/export", produces = MediaType.APPLICATION_NDJSON_VALUE)
    @Operation(
            summary = "All that is kept about a team, prompts included, one JSON object a line",
            description = "Each has a `type`. The last is `end`; without it the export was cut short.",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_NDJSON_VALUE,
                                            schema = @Schema(type = "string"))))
    void export(@AuthenticationPrincipal Actor actor, @PathVariable String name, HttpServletResponse response)
            throws IOException {
        export.send(actor, name, response);
    }
}
