package io.klinggateway.export;

import io.klinggateway.ledger.TenantId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Writes all that is kept about a team, one JSON object a line, as fast as its reader takes it. */
@Component
public class TeamExport {

    private static final int PAGE = 500;

    private final JdbcClient jdbc;

    TeamExport(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record ExportLine(ExportCursor cursor, String json) {}

    /**
     * Page by page, between which no connection of the database is held; so what changes meanwhile may be in it or not. The
     * last line, of type {@code end}, counts those before it: without it the export is not whole.
     *
     * @param name the team's name, which the audit log knows it by
     * @throws IOException if the reader is gone
     */
    public void write(TenantId tenant, String name, OutputStream out) throws IOException {
        long lines = 0;
        for (ExportPart part : ExportPart.values()) {
            List<ExportLine> page = page(part, tenant, name, ExportCursor.START);
            while (!page.isEmpty()) {
                for (ExportLine line : page) {
                    writeLine(line.json(), out);
                }
                lines += page.size();
                page = page.size() < PAGE
                        ? List.of()
                        : page(part, tenant, name, page.getLast().cursor());
            }
        }
        writeLine("{\"type\":\"end\",\"lines\":" + lines + "}", out);
    }

    private static void writeLine(String json, OutputStream out) throws IOException {
        out.write((json + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private List<ExportLine> page(ExportPart part, TenantId tenant, String name, ExportCursor after) {
        return jdbc.sql(part.sql())
                .param("tenant", tenant.value())
                .param("name", name)
                .param("at", after.at())
                .param("id", after.id())
                .param("seq", after.seq())
                .param("most", PAGE)
                .query((row, _) -> new ExportLine(
                        new ExportCursor(
                                row.getObject("at", OffsetDateTime.class),
                                row.getObject("id", UUID.class),
                                row.getObject("seq", Long.class)),
                        row.getString("line")))
                .list();
    }
}
