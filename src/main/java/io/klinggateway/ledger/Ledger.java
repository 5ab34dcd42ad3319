package io.klinggateway.ledger;

import io.klinggateway.credits.Credits;
import io.klinggateway.support.Columns;
import io.klinggateway.support.SqlTimes;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The budgets and the books of all tenants. Stateless; the database holds and guards everything. */
@Component
public class Ledger {

    private static final String RESOLVE = """
            select ledger_resolve(:generation, :kind, :charged, :actor, :reason) is not null
            """;

    private static final String LOCK_HOLDS = "select ledger_lock_holds(:generations)";

    private static final String SET_BUDGET =
            "select ledger_set_budget(:tenant, :zone, :kinds, :firstDays, :limits, :shadowLimits)";

    private static final String SET_KEY_BUDGET =
            "select ledger_set_windows(:tenant, :keyBudget, :kinds, :firstDays, :limits, :shadowLimits)";

    private static final String BUDGET_STATUSES = """
            select asked.place, w.*, s.available as spendable, s.limited_by, s.window_name as limiting_name,
                   s.window_id as limiting_id, s.resets_at as limiting_resets_at
              from unnest(:tenants::uuid[], :keyBudgets::uuid[]) with ordinality as asked (tenant_id, key_budget_id, place)
             cross join lateral ledger_spendable(asked.tenant_id, asked.key_budget_id, null) s
              join window_balance w on w.tenant_id = asked.tenant_id
               and (w.key_budget_id is null or w.key_budget_id = asked.key_budget_id)
             order by asked.place, w.key_budget_id nulls first, ledger_length(w.period_kind) desc, w.first_day
            """;

    private static final String TENANTS_WINDOWS = """
            select * from window_balance
             where key_budget_id is null
             order by tenant_id, ledger_length(period_kind) desc, first_day
            """;

    private static final String GRANT = "select ledger_grant(:tenant, :credits, :actor, :reason)";
    private static final String ADJUST = "select ledger_adjust(:tenant, :credits, :actor, :reason)";

    private static final String ENTRIES = """
            select e.*, counted.names, counted.starts, counted.of_key
              from journal_entry e
             cross join lateral (
                   select array_agg(ledger_window_name(w.period_kind, w.first_day) order by c.place) as names,
                          array_agg(c.period_start order by c.place) as starts,
                          array_agg(w.key_budget_id is not null order by c.place) as of_key
                     from unnest(e.windows, e.period_starts) with ordinality as c (window_id, period_start, place)
                     join budget_window w on w.id = c.window_id) counted
            """;

    /** Entries commit out of order: what is above the oldest running transaction may still get predecessors. */
    private static final String JOURNAL = ENTRIES + """
             where tenant_id = :tenant and seq > :after
               and transaction_id < pg_snapshot_xmin(pg_current_snapshot())
               and (cast(:kind as text) is null or entry_kind = :kind)
               and at >= coalesce(cast(:from as timestamptz), '-infinity')
               and at < coalesce(cast(:to as timestamptz), 'infinity')
             order by seq
             limit :most
            """;

    private static final String LATEST =
            ENTRIES + " where tenant_id = :tenant and seq < :before order by seq desc limit :most";

    private static final String OF_GENERATION = ENTRIES + " where generation_id = :generation order by seq";

    private static final String DIFFERENCES =
            "select * from ledger_difference order by tenant_id, key_budget_id nulls first, period_kind, period_start";

    private final JdbcClient jdbc;

    Ledger(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Ends a hold.
     *
     * @param resolution of a generation that the same transaction ends
     * @throws IllegalStateException if the hold was resolved before; the transaction must not commit then
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void resolve(HoldResolution resolution, String actor) {
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

    /** To be called before several holds are resolved in one transaction: two that do so never wait for each other in a circle. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void lockHolds(Collection<GenerationId> generations) {
        jdbc.sql(LOCK_HOLDS)
                .param("generations", Columns.of(generations, UUID[]::new, GenerationId::value))
                .query((_, _) -> true)
                .list();
    }

    /** Sets a tenant's policy. It binds the next hold on every replica; grants stay. Repeating it changes nothing. */
    @Transactional
    public void setBudget(TenantId tenant, Budget budget) {
        set(jdbc.sql(SET_BUDGET).param("zone", budget.timeZone().getId()), tenant, budget.windows());
    }

    /** Gives a key a budget of its own, inside its tenant's; or changes its windows. At least one. */
    @Transactional
    public void setKeyBudget(KeyBudgetId keyBudget, TenantId tenant, List<BudgetWindow> windows) {
        set(jdbc.sql(SET_KEY_BUDGET).param("keyBudget", keyBudget.value()), tenant, windows);
    }

    private static void set(StatementSpec statement, TenantId tenant, List<BudgetWindow> windows) {
        statement
                .param("tenant", tenant.value())
                .param(
                        "kinds",
                        Columns.of(
                                windows,
                                String[]::new,
                                window -> window.period().name()))
                .param("firstDays", Columns.of(windows, Integer[]::new, BudgetWindow::firstDay))
                .param("limits", Columns.of(windows, Long[]::new, window -> amount(window.limit())))
                .param("shadowLimits", Columns.of(windows, Long[]::new, window -> amount(window.shadowLimit())))
                .query((_, _) -> true)
                .single();
    }

    private static @Nullable Long amount(@Nullable Credits credits) {
        return credits == null ? null : credits.amount();
    }

    /** What these tenants may spend, keys' own budgets aside. Current periods need not have begun with a hold yet. */
    public Map<TenantId, BudgetStatus> budgetStatuses(Collection<TenantId> tenants) {
        List<TenantId> asked = List.copyOf(tenants);
        return byAsked(asked, budgetStatuses(asked, Collections.nCopies(asked.size(), null)));
    }

    /**
     * What a tenant, or one of its keys, may spend.
     *
     * @param keyBudget the key's own budget; null if it has none, or for the tenant itself
     */
    public BudgetStatus budgetStatus(TenantId tenant, @Nullable KeyBudgetId keyBudget) {
        return budgetStatuses(List.of(tenant), Collections.singletonList(keyBudget))
                .getFirst();
    }

    /** What keys with these budgets of their own may spend. */
    public Map<KeyBudgetId, BudgetStatus> keyBudgetStatuses(TenantId tenant, Collection<KeyBudgetId> keyBudgets) {
        List<KeyBudgetId> asked = List.copyOf(keyBudgets);
        return byAsked(asked, budgetStatuses(Collections.nCopies(asked.size(), tenant), asked));
    }

    private static <T> Map<T, BudgetStatus> byAsked(List<T> asked, List<BudgetStatus> found) {
        Map<T, BudgetStatus> statuses = new HashMap<>();
        for (int place = 0; place < asked.size(); place++) {
            statuses.put(asked.get(place), found.get(place));
        }
        return statuses;
    }

    /** The own windows of every tenant, the longest first. */
    public Map<TenantId, List<WindowBalance>> tenantsWindows() {
        Map<TenantId, List<WindowBalance>> windows = new HashMap<>();
        jdbc.sql(TENANTS_WINDOWS).query(row -> {
            windows.computeIfAbsent(new TenantId(row.getObject("tenant_id", UUID.class)), _ -> new ArrayList<>())
                    .add(BudgetStatusRows.window(row));
        });
        return windows;
    }

    private List<BudgetStatus> budgetStatuses(
            List<TenantId> tenants, List<? extends @Nullable KeyBudgetId> keyBudgets) {
        BudgetStatusRows rows = new BudgetStatusRows();
        jdbc.sql(BUDGET_STATUSES)
                .param("tenants", Columns.of(tenants, UUID[]::new, TenantId::value))
                .param(
                        "keyBudgets",
                        Columns.of(keyBudgets, UUID[]::new, budget -> budget == null ? null : budget.value()))
                .query(rows);
        return rows.statuses();
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
                .orElseThrow(() -> new AdjustmentOutOfRange(credits, budgetStatus(tenant, null)));
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
                .param("from", SqlTimes.timestamp(filter.from()))
                .param("to", SqlTimes.timestamp(filter.to()))
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
    public List<BalanceMismatch> differences() {
        return jdbc.sql(DIFFERENCES)
                .query((row, _) -> {
                    UUID keyBudget = row.getObject("key_budget_id", UUID.class);
                    return new BalanceMismatch(
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

    private static Entry entry(ResultSet row) throws SQLException {
        UUID generation = row.getObject("generation_id", UUID.class);
        UUID key = row.getObject("key_id", UUID.class);
        return new Entry(
                row.getLong("seq"),
                SqlTimes.instant(row, "at"),
                EntryKind.valueOf(row.getString("entry_kind")),
                generation == null ? null : new GenerationId(generation),
                key == null ? null : new KeyId(key),
                counted(row),
                row.getLong("held_delta"),
                row.getLong("captured_delta"),
                row.getLong("granted_delta"),
                row.getString("actor"),
                row.getString("reason"));
    }

    private static List<Entry.Counted> counted(ResultSet row) throws SQLException {
        String[] names = (String[]) row.getArray("names").getArray();
        Date[] starts = (Date[]) row.getArray("starts").getArray();
        Boolean[] ofKey = (Boolean[]) row.getArray("of_key").getArray();
        List<Entry.Counted> counted = new ArrayList<>();
        for (int place = 0; place < names.length; place++) {
            counted.add(new Entry.Counted(names[place], starts[place].toLocalDate(), ofKey[place]));
        }
        return counted;
    }
}
