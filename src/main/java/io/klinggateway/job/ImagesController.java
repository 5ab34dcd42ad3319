package io.klinggateway.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.klinggateway.generation.AdmissionReceipt;
import io.klinggateway.generation.IdempotencyKey;
import io.klinggateway.generation.Labels;
import io.klinggateway.generation.Quote;
import io.klinggateway.generation.RequestAllowance;
import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.imagerequest.PriceList;
import io.klinggateway.imagerequest.RequestWarning;
import io.klinggateway.ledger.AvailableCredits;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.tenant.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** The vendor's endpoint for images, and a quote for the same body. */
@RestController
@Tag(name = "Images")
class ImagesController {

    private static final String TEXT_TO_IMAGE = """
        {
          "prompt": "a lighthouse at dusk, oil painting",
          "model": "kling-image",
          "klingImageParams": {"model_name": "kling-v2", "n": 2, "aspect_ratio": "16:9"}
        }
        """;

    private static final String IMAGE_TO_IMAGE = """
        {
          "prompt": "the same lighthouse in a storm",
          "model": "kling-image",
          "klingImageParams": {"image": "https://images.example.com/lighthouse.png", "image_fidelity": 0.7},
          "webhookUrl": "https://hooks.example.com/kling",
          "webhookEvents": ["completed", "failed"]
        }
        """;

    private static final String ADMITTED = """
        {"credits": 4, "available": 950, "admitted": true,
         "limitedBy": "tenant", "window": "month", "resetsAt": "2026-12-01T00:00:00Z"}
        """;

    private static final String TOO_DEAR = """
        {"credits": 8, "available": 3, "admitted": false, "reason": "insufficient_credits",
         "limitedBy": "tenant", "window": "month", "resetsAt": "2026-12-01T00:00:00Z"}
        """;

    private static final String RATE_LIMIT_MEANING = "Where the tenant stands with its requests per minute, if limited";

    private final Submission submission;
    private final Quotes quotes;
    private final QueuePositions places;

    ImagesController(Submission submission, Quotes quotes, QueuePositions places) {
        this.submission = submission;
        this.quotes = quotes;
        this.places = places;
    }

    @PostMapping(
            path = "/v2/images/generate",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Generate images: holds " + PriceList.CREDITS_PER_IMAGE + " credits for each, and starts one job",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema = @Schema(implementation = ImageRequest.class),
                                            examples = {
                                                @ExampleObject(name = "Text to image", value = TEXT_TO_IMAGE),
                                                @ExampleObject(name = "Image to image", value = IMAGE_TO_IMAGE)
                                            })),
            responses =
                    @ApiResponse(
                            responseCode = "202",
                            description = "One job exists or will exist, or it ends FAILED and its credits are back",
                            useReturnTypeSchema = true,
                            headers = {
                                @Header(name = "Location", description = "The job", schema = @Schema(type = "string")),
                                @Header(
                                        name = "X-Credits-Cost",
                                        description = "Credits held for the job",
                                        schema = @Schema(type = "integer")),
                                @Header(
                                        name = "X-Credits-Remaining",
                                        description = "Credits that the key may still spend",
                                        schema = @Schema(type = "integer")),
                                @Header(
                                        name = QueuePositions.AHEAD,
                                        description = "How many jobs start before it, if it has to wait for its turn",
                                        schema = @Schema(type = "integer")),
                                @Header(
                                        name = QueuePositions.STARTS_IN,
                                        description = "Seconds until it is likely to start, if it has to wait",
                                        schema = @Schema(type = "integer")),
                                @Header(
                                        name = "Idempotent-Replayed",
                                        description = "true if the job was there before",
                                        schema = @Schema(type = "boolean")),
                                @Header(
                                        name = RequestWarning.HEADER,
                                        description =
                                                "Warnings about a valid request, for example parameters without effect",
                                        schema = @Schema(type = "string")),
                                @Header(
                                        name = RequestAllowance.HEADER,
                                        description = RATE_LIMIT_MEANING,
                                        schema = @Schema(type = "string")),
                                @Header(
                                        name = RequestAllowance.POLICY_HEADER,
                                        description = "The tenant's limit of requests",
                                        schema = @Schema(type = "string"))
                            }))
    ResponseEntity<Submitted> generate(
            @AuthenticationPrincipal Caller caller,
            @RequestBody ImageRequest request,
            @RequestHeader(name = IdempotencyKey.HEADER, required = false)
                    @Parameter(description = "Sending the same key and body again starts no second job")
                    @Schema(minLength = 1, maxLength = 255)
                    @Nullable
                    String idempotencyKey,
            @RequestHeader(name = Labels.HEADER, required = false)
                    @Parameter(
                            description =
                                    "Names for the job, to find it by in lists and reports; never sent to the vendor",
                            example = "project=spring,shot=12")
                    @Nullable
                    String labels,
            HttpServletResponse response) {
        AdmissionReceipt receipt = submission.submit(
                caller,
                request,
                idempotencyKey == null ? null : new IdempotencyKey(idempotencyKey),
                Labels.parse(labels),
                allowance -> allowance.writeTo(response));
        if (receipt.waits()) {
            places.showAdmitted(caller, response);
        }
        ResponseEntity.BodyBuilder answer = ResponseEntity.accepted()
                .location(URI.create("/v2/jobs/" + receipt.id()))
                .header("X-Credits-Cost", Long.toString(receipt.cost().amount()))
                .header("X-Credits-Remaining", Long.toString(receipt.remaining().amount()));
        RequestWarning.header(request).ifPresent(warnings -> answer.header(RequestWarning.HEADER, warnings));
        if (receipt.replayed()) {
            answer.header("Idempotent-Replayed", "true");
        }
        return answer.body(new Submitted(receipt.id().value(), receipt.status()));
    }

    @PostMapping(
            path = "/v2/images/quote",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "What a generation would cost, and whether it would be admitted now; nothing is held or sent",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema = @Schema(implementation = QuoteView.class),
                                            examples = {
                                                @ExampleObject(name = "It would be admitted", value = ADMITTED),
                                                @ExampleObject(name = "It would be refused", value = TOO_DEAR)
                                            }),
                            headers = {
                                @Header(
                                        name = RequestWarning.HEADER,
                                        description =
                                                "Warnings about a valid request, for example parameters without effect",
                                        schema = @Schema(type = "string")),
                                @Header(
                                        name = RequestAllowance.HEADER,
                                        description = RATE_LIMIT_MEANING,
                                        schema = @Schema(type = "string")),
                                @Header(
                                        name = RequestAllowance.POLICY_HEADER,
                                        description = "The tenant's limit of requests",
                                        schema = @Schema(type = "string"))
                            }))
    QuoteView quote(
            @AuthenticationPrincipal Caller caller, @RequestBody ImageRequest request, HttpServletResponse response) {
        QuoteView quote = QuoteView.of(quotes.quote(caller, request, allowance -> allowance.writeTo(response)));
        RequestWarning.header(request).ifPresent(warnings -> response.setHeader(RequestWarning.HEADER, warnings));
        return quote;
    }

    /**
     * @param credits what the generation would hold
     * @param available what the key may hold now
     * @param reason the code of the error that generating would answer with; absent if it would be admitted
     * @param limitedBy whose budget decides about {@code available}: {@code key}, {@code tenant} or {@code window}
     * @param window the budget's window that decides
     * @param resetsAt null for a window that never starts anew
     */
    @Schema(name = "Quote")
    record QuoteView(
            @Schema(example = "4") long credits,
            @Schema(example = "950") long available,
            boolean admitted,

            @Schema(
                    type = "string",
                    allowableValues = {"insufficient_credits", "queue_full"})
            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Nullable
            ProblemCode reason,

            @Schema(allowableValues = {"key", "tenant", "window"})
            String limitedBy,

            @Schema(example = "month") String window,
            @Nullable Instant resetsAt) {

        static QuoteView of(Quote quote) {
            AvailableCredits left = quote.left();
            return new QuoteView(
                    quote.price().amount(),
                    left.available().amount(),
                    quote.admitted(),
                    quote.obstacle(),
                    left.limitedBy().wire(),
                    left.window(),
                    left.resetsAt());
        }
    }

    record Submitted(UUID jobId, @Schema(example = "QUEUED") String status) {}
}
