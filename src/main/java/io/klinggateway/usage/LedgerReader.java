package io.klinggateway.usage;

import io.klinggateway.imagerequest.KlingVersion;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.ledger.WindowBalance;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Reads every tenant's account with two queries, whose cost grows with the tenants and not with what they did. */
@Repository
class LedgerReader {

    /** Every model is there from the start, so that a model's first images are seen as an increase from 0. */
    private static final String TOTALS = """
            select t.id, t.name, coalesce(s.credits, 0) as spent, coalesce(s.returned, 0) as returned, m.names, m.images,
                   (notice_thresholds_or_default(n.thresholds))[1] as first_threshold
              from tenant t
              left join notice_terms n on n.tenant_id = t.id
              left join spend_total s on s.tenant_id = t.id
              cross join lateral (
                    select array_agg(model.name) as names, array_agg(coalesce(i.images, 0)) as images
                      from unnest(:models::text[]) as model(name)
                      left join spend_images i on i.tenant_id = t.id and i.model_name = model.name) m
            """;

    private static final String[] MODELS =
            Arrays.stream(KlingVersion.values()).map(KlingVersion::wire).toArray(String[]::new);

    private final JdbcClient jdbc;
    private final Ledger ledger;

    LedgerReader(JdbcClient jdbc, Ledger ledger) {
        this.jdbc = jdbc;
        this.ledger = ledger;
    }

    List<AccountTotals> accounts() {
        Map<TenantId, List<WindowBalance>> windows = ledger.tenantsWindows();
        return jdbc
                .sql(TOTALS)
                .param("models", MODELS)
                .query((row, _) -> account(row, windows.get(new TenantId(row.getObject("id", UUID.class)))))
                .list()
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    /** Empty for a tenant that came between the two queries; it is there next time. */
    private static Optional<AccountTotals> account(ResultSet row, @Nullable List<WindowBalance> windows)
            throws SQLException {
        return windows == null
                ? Optional.empty()
                : Optional.of(new AccountTotals(
                        row.getString("name"),
                        windows,
                        row.getObject("first_threshold", Integer.class),
                        row.getLong("spent"),
                        row.getLong("returned"),
                        images(row.getArray("names"), row.getArray("images"))));
    }

    private static Map<String, Long> images(Array names, Array images) throws SQLException {
        String[] models = (String[]) names.getArray();
        Long[] counts = (Long[]) images.getArray();
        Map<String, Long> byModel = new HashMap<>();
        for (int i = 0; i < models.length; i++) {
            byModel.put(models[i], counts[i]);
        }
        return byModel;
    }

    /**
     * A tenant's own windows, the longest first, and its books of all time, in credits.
     *
     * @param firstThreshold percent of a window from which on the team is told; null if it is told of none
     * @param spent captured, and corrected upwards
     * @param returned corrected downwards
     * @param images of completed generations, by the model's name
     */
    record AccountTotals(
            String tenant,
            List<WindowBalance> windows,
            @Nullable Integer firstThreshold,
            long spent,
            long returned,
            Map<String, Long> images) {

        /** The window that leaves least. */
        WindowBalance tightest() {
            return windows.stream()
                    .filter(window -> window.available() != null)
                    .min(Comparator.comparing(window -> Objects.requireNonNull(window.available())))
                    .orElseThrow();
        }
    }
}
