package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.export.TeamExport;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Hands out all that is kept about a team. Who took it is on record before the first line is sent. */
@Component
public class ExportOperations {

    private final Tenants tenants;
    private final TeamExport export;
    private final AuditLog audit;
    private final TransactionOperations transactions;

    ExportOperations(Tenants tenants, TeamExport export, AuditLog audit, TransactionOperations transactions) {
        this.tenants = tenants;
        this.export = export;
        this.audit = audit;
        this.transactions = transactions;
    }

    /** Sends it as a file, as fast as its reader takes it. */
    public void send(Actor actor, String name, HttpServletResponse response) throws IOException {
        Tenant team =
                tenants.find(name).orElseThrow(() -> Refusals.noTenant(name)).tenant();
        transactions.executeWithoutResult(_ -> audit.record(actor, Action.of("tenant.export", name), null, null));
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
