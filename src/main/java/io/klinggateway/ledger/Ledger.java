package io.klinggateway.ledger;

import io.klinggateway.credits.Credits;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The accounts of all tenants. Stateless; the database holds and guards everything. */
@Component
public class Ledger {

    private static final String BALANCE = "select * from ledger_balance(:tenant)";
    private static final String RESOLVE = "select ledger_resolve(:generation, :kind, :charged, :actor, :reason)";
    private static final String SET_BUDGET = "select ledger_set_budget(:tenant, :kind, :limit, :zone)";

    private final JdbcClient jdbc;

    Ledger(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Reads the current period; it need not have begun with a hold yet. */
    public Balance balance(TenantId tenant) {
        return jdbc.sql(BALANCE)
                .param("tenant", tenant.value())
                .query((row, _) -> balance(row))
                .single();
    }

    /**
     * Spends what the vendor charged, at most the hold, and frees the rest.
     *
     * @return what was captured; empty if the hold was resolved before, and then nothing changes
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<Credits> capture(GenerationId generation, Credits charged, String actor) {
        return resolve(generation, "CAPTURE", charged, actor, null);
    }

    /**
     * Frees the whole hold.
     *
     * @param reason for the journal; free text without secrets
     * @return whether this call freed it; false if the hold was resolved before, and then nothing changes
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean release(GenerationId generation, String actor, String reason) {
        return resolve(generation, "RELEASE", Credits.ZERO, actor, reason).isPresent();
    }

    /** Sets a tenant's policy. It binds the next hold on every replica; grants stay. Repeating it changes nothing. */
    @Transactional
    public void setBudget(TenantId tenant, Budget budget) {
        jdbc.sql(SET_BUDGET)
                .param("tenant", tenant.value())
                .param("kind", budget.period().name())
                .param("limit", budget.limit().amount())
                .param("zone", budget.timeZone().getId())
                .query((_, _) -> true)
                .single();
    }

    private Optional<Credits> resolve(
            GenerationId generation, String kind, Credits charged, String actor, @Nullable String reason) {
        return jdbc.sql(RESOLVE)
                .param("generation", generation.value())
                .param("kind", kind)
                .param("charged", charged.amount())
                .param("actor", actor)
                .param("reason", reason)
                .query((row, _) -> Optional.ofNullable(row.getObject(1, Long.class)))
                .single()
                .map(Credits::new);
    }

    private static Balance balance(ResultSet row) throws SQLException {
        PeriodKind period = PeriodKind.valueOf(row.getString("period_kind"));
        return new Balance(
                period,
                period == PeriodKind.TOTAL ? null : row.getObject("period_start", LocalDate.class),
                instant(row.getObject("resets_at", OffsetDateTime.class)),
                new Credits(row.getLong("ceiling")),
                new Credits(row.getLong("held")),
                new Credits(row.getLong("captured")),
                new Credits(row.getLong("available")));
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
