package io.klinggateway.admin;

import io.klinggateway.admin.ErasureOperations.ErasureOrder;
import io.klinggateway.admin.ReviewOperations.ReviewDecision;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.reconciliation.GenerationSummary;
import io.klinggateway.reconciliation.Reviews;
import io.klinggateway.support.Page;
import io.klinggateway.support.Uuids;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
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

/** Generations, for operators. */
@RestController
@RequestMapping(path = "/admin/v1/generations", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Generations")
class GenerationsController {

    private final Reviews generations;
    private final ReviewOperations reviews;
    private final ErasureOperations erasures;

    GenerationsController(Reviews generations, ReviewOperations reviews, ErasureOperations erasures) {
        this.generations = generations;
        this.reviews = reviews;
        this.erasures = erasures;
    }

    @GetMapping
    @Operation(summary = "Generations of all tenants, newest first; those IN_REVIEW wait for an operator")
    Page<GenerationSummary> list(
            @RequestParam(required = false)
                    @Schema(
                            allowableValues = {
                                "WAITING",
                                "SENDING",
                                "QUEUED",
                                "PROCESSING",
                                "COMPLETED",
                                "FAILED",
                                "CANCELLED",
                                "IN_REVIEW"
                            })
                    @Nullable
                    String state,
            @RequestParam(required = false) @Nullable String tenant,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Schema(type = "integer", minimum = "1", maximum = "1000") @Nullable
                    String limit) {
        PageQuery query = new PageQuery();
        String wanted = query.oneOf("state", state, Reviews.STATES);
        String of = query.name("tenant", tenant);
        UUID before = query.id("cursor", cursor);
        int most = query.limit(limit);
        query.refuseInvalid();
        return Page.of(
                generations.list(wanted, of, before == null ? null : new GenerationId(before), most + 1),
                most,
                GenerationSummary::id);
    }

    @PostMapping("/{id}/resolution")
    @Operation(summary = "End a generation in review: CAPTURE settles from the vendor's job, RELEASE ends it FAILED")
    GenerationSummary resolve(
            @AuthenticationPrincipal Actor actor,
            @PathVariable @Schema(format = "uuid") String id,
            @RequestBody ReviewDecision resolution) {
        return reviews.resolve(actor, generation(id), resolution);
    }

    @PostMapping("/{id}/erasure")
    @Operation(
            summary =
                    "Erase the request and the images of a generation that has ended, now; its credits and its place in"
                            + " the books stay")
    GenerationSummary erase(
            @AuthenticationPrincipal Actor actor,
            @PathVariable @Schema(format = "uuid") String id,
            @RequestBody ErasureOrder erasure) {
        return erasures.erase(actor, generation(id), erasure);
    }

    private static GenerationId generation(String id) {
        return Uuids.parse(id)
                .map(GenerationId::new)
                .orElseThrow(() -> Refusals.notFound("There is no such generation"));
    }
}
