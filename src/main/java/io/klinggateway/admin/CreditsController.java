package io.klinggateway.admin;

import io.klinggateway.admin.CreditTerms.NewAdjustment;
import io.klinggateway.admin.CreditTerms.NewGrant;
import io.klinggateway.ledger.Entry;
import io.klinggateway.ledger.EntryFilter;
import io.klinggateway.ledger.EntryKind;
import io.klinggateway.support.Page;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Tenants' credits, for operators. */
@RestController
@RequestMapping(path = "/admin/v1/tenants/{name}", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Credits")
class CreditsController {

    private final CreditOperations credits;

    CreditsController(CreditOperations credits) {
        this.credits = credits;
    }

    @PostMapping("/grants")
    @Operation(summary = "Raise what the current period of each of the team's windows allows")
    ResponseEntity<CreditOperations.Answer> grant(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @RequestBody NewGrant asked,
            @RequestHeader(name = OperatorIdempotency.IDEMPOTENCY_KEY, required = false) @Nullable String key) {
        return credits.grant(actor, name, asked, OperatorIdempotency.checkedKey(key))
                .toResponse();
    }

    @PostMapping("/adjustments")
    @Operation(
            summary =
                    "Correct captured spend, up or down, in the current period of each window that has captured so much")
    ResponseEntity<CreditOperations.Answer> adjust(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @RequestBody NewAdjustment asked,
            @RequestHeader(name = OperatorIdempotency.IDEMPOTENCY_KEY, required = false) @Nullable String key) {
        return credits.adjust(actor, name, asked, OperatorIdempotency.checkedKey(key))
                .toResponse();
    }

    @GetMapping("/journal")
    @Operation(summary = "Every movement of the tenant's credits, oldest first")
    Page<EntryView> journal(
            @PathVariable String name,
            @RequestParam(required = false)
                    @Schema(allowableValues = {"HOLD", "CAPTURE", "RELEASE", "GRANT", "ADJUST"})
                    @Nullable
                    String kind,
            @RequestParam(required = false) @Schema(example = "2026-11-01T00:00:00Z") @Nullable String from,
            @RequestParam(required = false) @Schema(description = "Exclusive") @Nullable String to,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Schema(type = "integer", minimum = "1", maximum = "1000") @Nullable
                    String limit) {
        PageQuery query = new PageQuery();
        String wanted = query.oneOf(
                "kind", kind, Arrays.stream(EntryKind.values()).map(Enum::name).toList());
        Instant since = query.time("from", from);
        Instant until = query.time("to", to);
        long after = query.afterSeq(cursor);
        int most = query.limit(limit);
        query.refuseInvalid();
        EntryFilter filter = new EntryFilter(wanted == null ? null : EntryKind.valueOf(wanted), since, until, after);
        return Page.of(
                credits.journal(name, filter, most + 1).stream()
                        .map(EntryView::of)
                        .toList(),
                most,
                EntryView::seq);
    }

    @Schema(name = "OperatorJournalEntry")
    record EntryView(
            long seq,
            Instant at,
            EntryKind kind,
            @Nullable UUID generationId,
            @Nullable UUID keyId,
            List<CountedView> windows,
            long heldDelta,
            long capturedDelta,
            long grantedDelta,
            String actor,
            @Nullable String reason) {

        static EntryView of(Entry entry) {
            return new EntryView(
                    entry.seq(),
                    entry.at(),
                    entry.kind(),
                    entry.generation() == null ? null : entry.generation().value(),
                    entry.key() == null ? null : entry.key().value(),
                    entry.counted().stream().map(CountedView::of).toList(),
                    entry.heldDelta(),
                    entry.capturedDelta(),
                    entry.grantedDelta(),
                    entry.actor(),
                    entry.reason());
        }
    }

    /** @param periodStart 1970-01-01 for a window that never starts anew */
    @Schema(name = "OperatorJournalWindow")
    record CountedView(
            @Schema(example = "month") String window,
            LocalDate periodStart,

            @Schema(description = "Whether it belongs to the key's own budget")
            boolean ofKey) {

        static CountedView of(Entry.Counted counted) {
            return new CountedView(counted.window(), counted.periodStart(), counted.ofKey());
        }
    }
}
