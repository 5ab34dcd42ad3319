package io.klinggateway.selfservice;

import io.klinggateway.admin.CreditRequest;
import io.klinggateway.admin.CreditRequestOperations;
import io.klinggateway.admin.CreditTerms.NewCreditRequest;
import io.klinggateway.admin.IdempotentResult;
import io.klinggateway.problem.RequestParameters;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.tenant.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A team's requests for credits. */
@RestController
@RequestMapping(path = "/v2/gateway/credit-requests", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Account")
class TeamCreditRequestsController {

    private static final int DEFAULT_LIMIT = 20;
    private static final int HIGHEST_LIMIT = 100;

    private final CreditRequestOperations requests;

    TeamCreditRequestsController(CreditRequestOperations requests) {
        this.requests = requests;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Ask the operators for credits; an Idempotency-Key makes it repeatable",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = NewCreditRequest.class))),
            responses = @ApiResponse(responseCode = "201", useReturnTypeSchema = true))
    ResponseEntity<CreditRequest> ask(
            @AuthenticationPrincipal Caller caller,
            @RequestBody byte[] body,
            @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key) {
        IdempotentResult<CreditRequest> done = requests.ask(caller, body, key);
        ResponseEntity.BodyBuilder response = ResponseEntity.status(HttpStatus.CREATED);
        if (done.replayed()) {
            response.header("Idempotent-Replayed", "true");
        }
        return response.body(done.answer());
    }

    @GetMapping
    @Operation(summary = "What the calling team asked for and was answered, newest first")
    Page<CreditRequest> list(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Schema(type = "integer", minimum = "1", maximum = "100") @Nullable
                    String limit) {
        RequestParameters parameters = new RequestParameters();
        PageCursor before = parameters.cursor("cursor", cursor);
        int most = parameters.limit(limit, DEFAULT_LIMIT, HIGHEST_LIMIT);
        parameters.refuseInvalid();
        return requests.ofTeam(caller.tenant().id(), before, most);
    }
}
