package io.klinggateway.harness;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A mistake that gateways like this one make, made on purpose to see the checker find it. Functions of the database are
 * changed where they stand; statements and beans of the gateway are replaced by {@link Planted} on its class path.
 *
 * @param changes to functions of the database, each of which must find its text
 * @param dropped statements that take away what would stop the mistake
 * @param bean replaces a bean; null for none
 * @param statement the text of a statement that is changed, and what it becomes
 * @param betweenOrders the rhythm in which it shows: it may need a long queue, or callers whose turn comes at once
 * @param faults what the vendor has to do for it to show
 */
record PlantedBug(
        String name,
        List<FunctionChange> changes,
        List<String> dropped,
        @Nullable Class<?> bean,
        List<Planted.Rewriting> statement,
        Duration betweenOrders,
        List<VendorFault> faults) {

    private static final List<VendorFault> ANY_FAULT = List.of(VendorFault.values());

    /** More than the rate allows. */
    private static final Duration RUSH = Duration.ofMillis(60);

    /** Less than the rate allows, so that callers hear the vendor's own verdict. */
    private static final Duration CALM = Duration.ofMillis(450);

    private static final String OWN_RATE = "p_upstream || ' ' || current_setting('application_name')";

    static final List<PlantedBug> ALL = List.of(
            inFunction("budget-read-then-written", "ledger_hold", "        available := null;\n", """
                                perform pg_sleep(0.02);
                                available := null;
                        """)
                    .and("ledger_hold", "and (p.allowed is null or p.held + p.captured + p_credits <= p.allowed)", "")
                    .dropping("alter table window_period drop constraint window_period_ceiling"),
            inFunction("replay-ignored", "admit_generation", "if p_idempotency_key is not null then", "if false then")
                    .dropping("drop index generation_idempotency"),
            inFunction(
                            "captured-twice",
                            "ledger_resolve",
                            "captured = p.captured + taken",
                            "captured = p.captured + taken + taken")
                    .dropping("alter table window_period drop constraint window_period_ceiling"),
            inFunction("failed-jobs-charged", "ledger_resolve", "else 0 end", "else hold.held_delta end")
                    .dropping("alter table journal_entry drop constraint journal_entry_shape"),
            ofBean("timeout-taken-as-refusal", Planted.TimeoutTakenAsRefusal.class),
            ofBean("server-error-taken-as-refusal", Planted.ServerErrorTakenAsRefusal.class),
            ofBean("new-key-for-each-retry", Planted.NewKeyForEachRetry.class),
            ofBean("captured-outside-the-transaction", Planted.CapturedOutsideTheTransaction.class),
            ofBean("error-told-before-the-release", Planted.ErrorToldBeforeTheRelease.class)
                    .seenInCalm(VendorFault.OUT_OF_CREDITS, VendorFault.KEY_INACTIVE),
            ofBean("release-forgotten", Planted.ReleaseForgotten.class),
            ofBean("refused-whatever-came-before", Planted.DenialTakenAsFinal.class),
            inStatement("unresolved-attempt-forgotten", "in_doubt = true, acknowledged = true", "acknowledged = true")
                    .seenInCalm(VendorFault.DENIED_AFTER_LOST_ANSWER),
            inFunction("nobody-takes-over", "queue_repeat", "g.state = 'SENDING' and", "g.state = 'NONE' and"),
            inStatement(
                            "refusal-keeps-the-key",
                            "case when acknowledged or :acknowledge then idempotency_key end",
                            "idempotency_key")
                    .seenInCalm(VendorFault.OUT_OF_CREDITS, VendorFault.KEY_INACTIVE),
            inFunction("lost-wake-up", "queue_join", "set not_before = moment,", "set not_before = known.not_before,")
                    .and(
                            "queue_rest",
                            "greatest(interval '500 milliseconds', moment - coalesce(empty_since, moment))",
                            "interval '1 year'"),
            inFunction(
                            "claimed-twice",
                            "queue_next",
                            ":= upstream_rate_locked(p_upstream);",
                            ":= (select r from upstream_rate r where r.upstream = p_upstream);")
                    .and("queue_next", "for update of q skip locked", "")
                    .and("queue_head", "limit 1 for update skip locked", "limit 1"),
            inStatement(
                            "cancelled-after-sending",
                            "id = :id and tenant_id = :tenant and state = 'WAITING'",
                            "id = :id and tenant_id = :tenant and state in ('WAITING', 'SENDING')")
                    .dropping("drop trigger generation_state_changes on generation"),
            inFunction(
                            "rate-of-each-replica",
                            "upstream_rate_locked",
                            "where upstream = p_upstream for update",
                            "where upstream = " + OWN_RATE + " for update")
                    .and("upstream_rate_locked", "values (p_upstream,", "values (" + OWN_RATE + ",")
                    .and("queue_next", "where upstream = p_upstream;", "where upstream = " + OWN_RATE + ";")
                    .and("rate_take", "where upstream = p_upstream;", "where upstream = " + OWN_RATE + ";")
                    .and("rate_pause", "where upstream = p_upstream;", "where upstream like p_upstream || '%';"),
            inStatement(
                    "only-first-image-kept",
                    "from unnest(:urls::text[]) with ordinality as image (url, number)",
                    "from unnest(:urls::text[]) with ordinality as image (url, number) where image.number = 1"),
            inFunction(
                    "team-passed-over",
                    "queue_next",
                    "order by q.team_virtual_time, q.tenant_id limit 1",
                    "order by t.name = 'broad', q.team_virtual_time, q.tenant_id limit 1"),
            inFunction(
                    "last-come-first-served",
                    "queue_head",
                    "order by g.created_at, g.id limit 1",
                    "order by g.created_at desc, g.id limit 1"));

    record FunctionChange(String function, String text, String replacement) {}

    private static PlantedBug inFunction(String name, String function, String text, String replacement) {
        return new PlantedBug(name, List.of(), List.of(), null, List.of(), RUSH, ANY_FAULT)
                .and(function, text, replacement);
    }

    private static PlantedBug inStatement(String name, String text, String replacement) {
        return new PlantedBug(
                name,
                List.of(),
                List.of(),
                Planted.RewrittenStatement.class,
                List.of(new Planted.Rewriting(text, replacement)),
                RUSH,
                ANY_FAULT);
    }

    private static PlantedBug ofBean(String name, Class<?> bean) {
        return new PlantedBug(name, List.of(), List.of(), bean, List.of(), RUSH, ANY_FAULT);
    }

    private PlantedBug and(String function, String text, String replacement) {
        var more = new ArrayList<>(changes);
        more.add(new FunctionChange(function, text, replacement));
        return new PlantedBug(name, List.copyOf(more), dropped, bean, statement, betweenOrders, faults);
    }

    private PlantedBug dropping(String sql) {
        return new PlantedBug(name, changes, List.of(sql), bean, statement, betweenOrders, faults);
    }

    private PlantedBug seenInCalm(VendorFault... faults) {
        return new PlantedBug(name, changes, dropped, bean, statement, CALM, List.of(faults));
    }

    /** What the gateway's process is started with. */
    Map<String, String> environment() {
        var environment = new HashMap<String, String>();
        if (bean != null) {
            environment.put("SPRING_MAIN_SOURCES", bean.getName());
        }
        statement.forEach(rewriting -> {
            environment.put(Planted.TEXT, rewriting.text());
            environment.put(Planted.REPLACEMENT, rewriting.replacement());
        });
        return environment;
    }

    void plantIn(PostgresProcess postgres) throws SQLException {
        try (var connection = postgres.connect()) {
            for (var sql : dropped) {
                execute(connection, sql);
            }
            for (var change : changes) {
                plant(connection, change);
            }
        }
    }

    private static void plant(Connection connection, FunctionChange change) throws SQLException {
        var definition = definition(connection, change.function());
        if (!definition.contains(change.text())) {
            throw new IllegalStateException(change.function() + " has no longer the text: " + change.text());
        }
        execute(connection, definition.replace(change.text(), change.replacement()));
    }

    private static String definition(Connection connection, String function) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select pg_get_functiondef('" + function + "'::regproc)")) {
            row.next();
            return row.getString(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Whether the mistake is one of the gateway's process, which says so in its log when it is first made. */
    boolean isInProcess() {
        return bean != null;
    }

    @Override
    public String toString() {
        return name;
    }
}
