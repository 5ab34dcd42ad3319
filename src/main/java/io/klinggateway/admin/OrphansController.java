package io.klinggateway.admin;

import io.klinggateway.admin.OrphanOperations.Assignment;
import io.klinggateway.admin.OrphanOperations.Dismissal;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.orphan.OrphanJob;
import io.klinggateway.orphan.Orphans;
import io.klinggateway.recovery.Recoveries;
import io.klinggateway.recovery.RecoveryReport;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.Uuids;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What the vendor has and the books do not. */
@RestController
@RequestMapping(path = "/admin/v1", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Orphans")
class OrphansController {

    private static final String OPEN = "open";

    private final Orphans orphans;
    private final OrphanOperations operations;
    private final Recoveries recoveries;

    OrphansController(Orphans orphans, OrphanOperations operations, Recoveries recoveries) {
        this.orphans = orphans;
        this.operations = operations;
        this.recoveries = recoveries;
    }

    @GetMapping("/orphans")
    @Operation(
            summary = "Vendor jobs that no team pays for, newest first; with `state=all` those that are resolved, too")
    Page<OrphanJob> list(
            @RequestParam(required = false)
                    @Schema(
                            allowableValues = {"open", "all"},
                            defaultValue = OPEN)
                    @Nullable
                    String state,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Schema(type = "integer", minimum = "1", maximum = "1000") @Nullable
                    String limit) {
        PageQuery query = new PageQuery();
        String wanted = query.oneOf("state", state, List.of(OPEN, "all"));
        PageCursor before = query.before("cursor", cursor);
        int most = query.limit(limit);
        query.refuseInvalid();
        return orphans.list("all".equals(wanted), before, most);
    }

    @PostMapping("/orphans/{upstreamJobId}/assignment")
    @Operation(
            summary = "Book an orphan on a team, once",
            description =
                    "It becomes a job of the team's, paid for in the periods in which the vendor made it, whatever is "
                            + "left there")
    OrphanJob assign(
            @AuthenticationPrincipal Actor actor,
            @PathVariable @Schema(format = "uuid") String upstreamJobId,
            @RequestBody Assignment assignment) {
        return operations.assign(actor, id(upstreamJobId), assignment);
    }

    @PostMapping("/orphans/{upstreamJobId}/dismissal")
    @Operation(summary = "Leave an orphan unpaid for good: it is none of the gateway's, or nobody can tell whose")
    OrphanJob dismiss(
            @AuthenticationPrincipal Actor actor,
            @PathVariable @Schema(format = "uuid") String upstreamJobId,
            @RequestBody Dismissal dismissal) {
        return operations.dismiss(actor, id(upstreamJobId), dismissal);
    }

    @PostMapping("/reconciliation/vendor-drift/acceptance")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Accept the vendor's current balance: what is missing was spent elsewhere")
    void acceptDrift(@AuthenticationPrincipal Actor actor, @RequestBody Dismissal reason) {
        operations.acceptVendorDrift(actor, reason);
    }

    /** @param recoveries newest first */
    @Schema(name = "Recoveries")
    record RecoveriesView(List<RecoveryReport> recoveries) {}

    @GetMapping("/recoveries")
    @Operation(summary = "What was found after each restore, and what has become of it since, newest first")
    RecoveriesView recoveries() {
        return new RecoveriesView(recoveries.reports());
    }

    private static VendorJobId id(String text) {
        return Uuids.parse(text).map(VendorJobId::new).orElseThrow(() -> Refusals.notFound("There is no such orphan"));
    }
}
