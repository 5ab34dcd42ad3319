package io.klinggateway.usage;

import io.klinggateway.image.ModelName;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Reads every tenant's account with one query, whose cost grows with the tenants and not with what they did. */
@Repository
class LedgerReader {

    /** Every model is there from the start, so that a model's first images are seen as an increase from 0. */
    private static final String ACCOUNTS = """
            select t.name, b.period_kind,
                   extract(epoch from ledger_period_end(b.period_kind, b.time_zone, b.period_start)) as resets_at,
                   coalesce(p.ceiling, b.credit_limit) as ceiling,
                   coalesce(p.held, 0) as held,
                   coalesce(p.captured, 0) as captured,
                   credits_left(coalesce(p.allowed, b.credit_limit), p.held, p.captured) as available,
                   coalesce(s.credits, 0) as spent,
                   coalesce(s.returned, 0) as returned,
                   m.names, m.images
              from tenant t
              join (select *, ledger_period_start(period_kind, time_zone, (select gateway_now())) as period_start
                      from budget) b on b.tenant_id = t.id
              left join budget_period p
                on p.tenant_id = t.id and p.period_kind = b.period_kind and p.period_start = b.period_start
              left join spend_total s on s.tenant_id = t.id
              cross join lateral (
                    select array_agg(model.name) as names, array_agg(coalesce(i.images, 0)) as images
                      from unnest(:models::text[]) as model(name)
                      left join spend_images i on i.tenant_id = t.id and i.model_name = model.name) m
            """;

    private static final String[] MODELS =
            Arrays.stream(ModelName.values()).map(ModelName::wire).toArray(String[]::new);

    private final JdbcClient jdbc;

    LedgerReader(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    List<AccountTotals> accounts() {
        return jdbc.sql(ACCOUNTS)
                .param("models", MODELS)
                .query((row, _) -> account(row))
                .list();
    }

    private static AccountTotals account(ResultSet row) throws SQLException {
        double epochSeconds = row.getDouble("resets_at");
        OptionalDouble resetsAt = row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(epochSeconds);
        return new AccountTotals(
                row.getString("name"),
                row.getString("period_kind"),
                resetsAt,
                row.getLong("ceiling"),
                row.getLong("held"),
                row.getLong("captured"),
                row.getLong("available"),
                row.getLong("spent"),
                row.getLong("returned"),
                images(row.getArray("names"), row.getArray("images")));
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
     * A tenant's books at one instant, in credits. The first five are of the current period, the others of all time.
     *
     * @param resetsAt when the period ends, in seconds since 1970; empty if it never does
     * @param spent captured, and corrected upwards
     * @param returned corrected downwards
     * @param images of completed generations, by the model's name
     */
    record AccountTotals(
            String tenant,
            String period,
            OptionalDouble resetsAt,
            long ceiling,
            long held,
            long captured,
            long available,
            long spent,
            long returned,
            Map<String, Long> images) {}
}
