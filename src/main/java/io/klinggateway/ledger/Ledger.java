package io.klinggateway.ledger;

import io.klinggateway.credits.Credits;
import io.klinggateway.support.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The accounts of all tenants. Stateless; the database holds and guards everything. */
@Component
public class Ledger {

    private static final String BALANCE = "select * from ledger_balance(:tenant)";

    private static final String RESOLVE = """
            select ledger_resolve(:generation, :kind, :charged, :actor, :reason) is not null
            """;

    private static final String SET_BUDGET = "select ledger_set_budget(:tenant, :kind, :limit, :zone)";

    private static final String ACCOUNTS = """
            select t.id as tenant_id, b.*
              from unnest(:tenants) as t(id) cross join lateral ledger_balance(t.id) b
            """;

    private static final String SET_KEY_BUDGET = "select ledger_set_key_budget(:keyBudget, :tenant, :limit)";

    private static final String KEY_BALANCES = """
            select b.id, b.credit_limit, coalesce(p.held, 0) as held, coalesce(p.captured, 0) as captured,
                   credits_left(coalesce(p.allowed, b.credit_limit), p.held, p.captured) as available
              from key_budget b
             cross join lateral ledger_balance(b.tenant_id) t
              left join key_budget_period p
                on p.key_budget_id = b.id and p.period_kind = t.period_kind and p.period_start = t.period_start
             where b.tenant_id = :tenant
            """;

    private static final String GRANT = "select ledger_grant(:tenant, :credits, :actor, :reason)";
    private static final String ADJUST = "select ledger_adjust(:tenant, :credits, :actor, :reason)";

    /** Entries commit out of order: what is above the oldest running transaction may still get predecessors. */
    private static final String JOURNAL = """
            select * from journal_entry
             where tenant_id = :tenant and seq > :after
               and transaction_id < pg_snapshot_xmin(pg_current_snapshot())
               and (cast(:kind as text) is null or entry_kind = :kind)
               and at >= coalesce(cast(:from as timestamptz), '-infinity')
               and at < coalesce(cast(:to as timestamptz), 'infinity')
             order by seq
             limit :most
            """;

    private static final String LATEST = """
            select * from journal_entry where tenant_id = :tenant and seq < :before order by seq desc limit :most
            """;

    private static final String OF_GENERATION =
            "select * from journal_entry where generation_id = :generation order by seq";

    private static final String DIFFERENCES =
            "select * from ledger_difference order by tenant_id, key_budget_id, period_kind, period_start";

    private static final String OPEN_HOLDS = "select coalesce(sum(held), 0) from budget_period where held > 0";

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
     * Ends a hold.
     *
     * @param resolution of a generation that the same transaction ends
     * @throws IllegalStateException if the hold was resolved before; the transaction must not commit then
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void resolve(Resolution resolution, String actor) {
        boolean resolved = jdbc.sql(RESOLVE)
                .param("generation", resolution.generation().value())
                .param("kind", resolution.kind().name())
                .param("charged", resolution.charged().amount())
                .param("reason", resolution.reason(), Types.VARCHAR)
                .param("actor", actor)
                .query(Boolean.class)
                .single();
        if (!resolved) {
            throw new IllegalStateException(
                    "the hold of open generation " + resolution.generation() + " was resolved already");
        }
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

    /** The accounts of these tenants, each with its current period. */
    public Map<TenantId, Account> accounts(Collection<TenantId> tenants) {
        Map<TenantId, Account> accounts = new HashMap<>();
        jdbc.sql(ACCOUNTS)
                .param("tenants", Columns.of(tenants, UUID[]::new, TenantId::value))
                .query(row -> {
                    accounts.put(new TenantId(row.getObject("tenant_id", UUID.class)), account(row));
                });
        return accounts;
    }

    public Account account(TenantId tenant) {
        return jdbc.sql(BALANCE)
                .param("tenant", tenant.value())
                .query((row, _) -> account(row))
                .single();
    }

    /** Gives a key a budget of its own, inside its tenant's and over the same periods; or changes its limit. */
    @Transactional
    public void setKeyBudget(KeyBudgetId keyBudget, TenantId tenant, Credits limit) {
        jdbc.sql(SET_KEY_BUDGET)
                .param("keyBudget", keyBudget.value())
                .param("tenant", tenant.value())
                .param("limit", limit.amount())
                .query((_, _) -> true)
                .single();
    }

    /** All budgets that keys of this tenant have, or had, of their own. */
    public Map<KeyBudgetId, KeyBalance> keyBalances(TenantId tenant) {
        Map<KeyBudgetId, KeyBalance> balances = new HashMap<>();
        jdbc.sql(KEY_BALANCES).param("tenant", tenant.value()).query(row -> {
            balances.put(
                    new KeyBudgetId(row.getObject("id", UUID.class)),
                    new KeyBalance(
                            new Credits(row.getLong("credit_limit")),
                            new Credits(row.getLong("held")),
                            new Credits(row.getLong("captured")),
                            new Credits(row.getLong("available"))));
        });
        return balances;
    }

    /**
     * Raises what the current period allows.
     *
     * @return the journal's seq
     * @throws GrantLimitExceeded if the period's grants are at their highest
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public long grant(TenantId tenant, Credits credits, String actor, String reason) {
        return correct(GRANT, tenant, credits.amount(), actor, reason).orElseThrow(GrantLimitExceeded::new);
    }

    /**
     * Corrects the current period's captured spend.
     *
     * @param credits added to it, or taken from it if negative
     * @return the journal's seq
     * @throws AdjustmentOutOfRange if captured spend would go below zero, or above what is allowed
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public long adjust(TenantId tenant, long credits, String actor, String reason) {
        return correct(ADJUST, tenant, credits, actor, reason)
                .orElseThrow(() -> new AdjustmentOutOfRange(credits, balance(tenant)));
    }

    private Optional<Long> correct(String sql, TenantId tenant, long credits, String actor, String reason) {
        return jdbc.sql(sql)
                .param("tenant", tenant.value())
                .param("credits", credits)
                .param("actor", actor)
                .param("reason", reason)
                .query((row, _) -> Optional.ofNullable(row.getObject(1, Long.class)))
                .single();
    }

    /** A tenant's journal, oldest first. An entry appears once every transaction that began before its own has ended. */
    public List<Entry> journal(TenantId tenant, EntryFilter filter, int most) {
        return jdbc.sql(JOURNAL)
                .param("tenant", tenant.value())
                .param("after", filter.afterSeq())
                .param("kind", filter.kind() == null ? null : filter.kind().name())
                .param("from", time(filter.from()))
                .param("to", time(filter.to()))
                .param("most", most)
                .query((row, _) -> entry(row))
                .list();
    }

    /** A tenant's journal, newest first, for looking at: an entry that is written late may stand above what was shown. */
    public List<Entry> latest(TenantId tenant, long beforeSeq, int most) {
        return jdbc.sql(LATEST)
                .param("tenant", tenant.value())
                .param("before", beforeSeq)
                .param("most", most)
                .query((row, _) -> entry(row))
                .list();
    }

    /** What became of a generation's credits: its hold, and the capture or release if it is resolved. */
    public List<Entry> entries(GenerationId generation) {
        return jdbc.sql(OF_GENERATION)
                .param("generation", generation.value())
                .query((row, _) -> entry(row))
                .list();
    }

    /** Every balance that is not the sum of its entries: none, unless the books are at fault. */
    public List<Difference> differences() {
        return jdbc.sql(DIFFERENCES)
                .query((row, _) -> {
                    UUID keyBudget = row.getObject("key_budget_id", UUID.class);
                    return new Difference(
                            new TenantId(row.getObject("tenant_id", UUID.class)),
                            keyBudget == null ? null : new KeyBudgetId(keyBudget),
                            PeriodKind.valueOf(row.getString("period_kind")),
                            row.getObject("period_start", LocalDate.class),
                            row.getLong("held_difference"),
                            row.getLong("captured_difference"),
                            row.getLong("granted_difference"));
                })
                .list();
    }

    /** What all tenants together have set aside. */
    public Credits openHolds() {
        return new Credits(jdbc.sql(OPEN_HOLDS).query(Long.class).single());
    }

    private static Account account(ResultSet row) throws SQLException {
        Balance balance = balance(row);
        return new Account(
                new Budget(
                        balance.period(),
                        new Credits(row.getLong("credit_limit")),
                        ZoneId.of(row.getString("time_zone"))),
                balance);
    }

    private static Entry entry(ResultSet row) throws SQLException {
        UUID generation = row.getObject("generation_id", UUID.class);
        UUID key = row.getObject("key_id", UUID.class);
        return new Entry(
                row.getLong("seq"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                EntryKind.valueOf(row.getString("entry_kind")),
                generation == null ? null : new GenerationId(generation),
                key == null ? null : new KeyId(key),
                PeriodKind.valueOf(row.getString("period_kind")),
                row.getObject("period_start", LocalDate.class),
                row.getLong("held_delta"),
                row.getLong("captured_delta"),
                row.getLong("granted_delta"),
                row.getString("actor"),
                row.getString("reason"));
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
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
