package io.klinggateway.upload;

import io.klinggateway.problem.Problem;
import io.klinggateway.tenant.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The vendor's endpoint for files. */
@RestController
@Tag(name = "Uploads")
class UploadsController {

    static final String PATH = "/v2/uploads";

    private final Uploads uploads;

    UploadsController(Uploads uploads) {
        this.uploads = uploads;
    }

    @PostMapping(path = PATH, produces = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "Upload an image, to name its URL in a request; the vendor keeps it for an hour or two",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.MULTIPART_FORM_DATA_VALUE,
                                            schema = @Schema(implementation = FileForm.class))),
            responses = {
                @ApiResponse(responseCode = "201", useReturnTypeSchema = true),
                @ApiResponse(
                        responseCode = "429",
                        description = "Too many files at once or today, or the vendor's rate is used up",
                        content = @Content(schema = @Schema(implementation = Problem.class))),
                @ApiResponse(
                        responseCode = "502",
                        description = "The vendor failed to keep the file",
                        content = @Content(schema = @Schema(implementation = Problem.class)))
            })
    Upload upload(@AuthenticationPrincipal Caller caller, HttpServletRequest request) {
        return uploads.pass(caller, request);
    }

    /** As the document describes it; the body is read as it comes. */
    @Schema(name = "FileForm", requiredProperties = "file")
    record FileForm(
            @Schema(
                    type = "string",
                    format = "binary",
                    description = "PNG, JPEG, WebP or GIF, by its first bytes; at most 25 MB")
            String file) {}
}
