package io.klinggateway.admin;

import io.klinggateway.admin.CreditRequest.CreditRequestStatus;
import io.klinggateway.admin.CreditTerms.RequestAnswer;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.Uuids;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What teams ask for, for operators. */
@RestController
@RequestMapping(path = "/admin/v1/credit-requests", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Credits")
class CreditRequestsController {

    private final CreditRequestOperations requests;

    CreditRequestsController(CreditRequestOperations requests) {
        this.requests = requests;
    }

    @GetMapping
    @Operation(summary = "What teams asked for, newest first")
    Page<CreditRequest> list(
            @RequestParam(required = false) @Nullable String tenant,
            @RequestParam(required = false) @Schema(allowableValues = {"OPEN", "GRANTED", "REFUSED"}) @Nullable
                    String status,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Schema(type = "integer", minimum = "1", maximum = "1000") @Nullable
                    String limit) {
        PageQuery query = new PageQuery();
        String name = query.name("tenant", tenant);
        String wanted = query.oneOf(
                "status",
                status,
                Arrays.stream(CreditRequestStatus.values()).map(Enum::name).toList());
        PageCursor before = query.before("cursor", cursor);
        int most = query.limit(limit);
        query.refuseInvalid();
        return requests.list(name, wanted == null ? null : CreditRequestStatus.valueOf(wanted), before, most);
    }

    @PostMapping("/{id}/grant")
    @Operation(summary = "Grant what was asked for, as an entry of the journal like any other grant; once")
    CreditRequest grant(
            @AuthenticationPrincipal Actor actor,
            @PathVariable @Schema(format = "uuid") String id,
            @RequestBody RequestAnswer answer) {
        return requests.grant(actor, requestId(id), answer);
    }

    @PostMapping("/{id}/refusal")
    @Operation(summary = "Refuse what was asked for; once")
    CreditRequest refuse(
            @AuthenticationPrincipal Actor actor,
            @PathVariable @Schema(format = "uuid") String id,
            @RequestBody RequestAnswer answer) {
        return requests.refuse(actor, requestId(id), answer);
    }

    private static UUID requestId(String id) {
        return Uuids.parse(id).orElseThrow(() -> Refusals.notFound("There is no such request"));
    }
}
