package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.export.TeamExport;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Hands out all that is kept about a team. Who took it is on record before the first line is sent. */
@RestController
@Tag(name = "Tenants")
class ExportController {

    private final Tenants tenants;
    private final TeamExport export;
    private final AuditLog audit;
    private final TransactionOperations transactions;

    ExportController(Tenants tenants, TeamExport export, AuditLog audit, TransactionOperations transactions) {
        this.tenants = tenants;
        this.export = export;
        this.audit = audit;
        this.transactions = transactions;
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
    void export(@AuthenticationPrincipal Operator operator, @PathVariable String name, HttpServletResponse response)
            throws IOException {
        Tenant team =
                tenants.find(name).orElseThrow(() -> Refusals.noTenant(name)).tenant();
        transactions.executeWithoutResult(_ -> audit.record(operator, Action.of("tenant.export", name), null, null));
        response.setContentType(MediaType.APPLICATION_NDJSON_VALUE);
        response.setHeader(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + team.name() + ".ndjson\"");
        // Not closed where it fails: an error takes the place of what was not sent yet, or the answer has no proper
        // end.
        OutputStream out = new BufferedOutputStream(response.getOutputStream(), 1 << 14);
        try {
            export.write(team.id(), team.name(), out);
            out.flush();
        } catch (RuntimeException failure) {
            if (!response.isCommitted()) {
                response.setContentType(null);
            }
            throw failure;
        }
    }
}
