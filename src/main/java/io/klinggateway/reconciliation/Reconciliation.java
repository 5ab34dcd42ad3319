package io.klinggateway.reconciliation;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Holds the books against themselves and against the generations. One replica at a time runs the queries; all publish
 * what the last run found. A difference is an alarm, never a reason to stop serving.
 */
@Component
class Reconciliation {

    private static final Logger log = LoggerFactory.getLogger(Reconciliation.class);

    enum BookCheck {
        /** Every balance equals the sum of its journal entries. */
        BALANCES("select tenant_id || ' ' || period_kind || ' ' || period_start from ledger_difference"),
        /** Open holds equal open generations. */
        OPEN_HOLDS("select generation_id::text from generation_hold_difference"),
        /** Completed generations were captured at the lesser of the vendor's charge and the hold. */
        CAPTURES("select generation_id::text from generation_capture_difference"),
        /** What each tenant ever spent is what its journal says. */
        SPEND("select tenant_id::text from spend_difference"),
        /** Each tenant's days add up to what it ever spent. */
        SPEND_DAYS("select tenant_id::text from spend_day_difference");

        private final String query;

        BookCheck(String query) {
            this.query = query;
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String TRY_LOCK = "select pg_try_advisory_xact_lock(hashtextextended('reconciliation', 0))";

    /** The books may be long: the pool's timeout is for requests. */
    private static final Duration LONGEST_CHECK = Duration.ofMinutes(10);

    private static final String TAKE_TIME = "select set_config('statement_timeout', :millis, true)";

    private static final String IS_DUE = """
            select not exists (select from reconciliation where checked_at > gateway_now() - make_interval(secs => :interval))
            """;

    /** Comes after {@code found}, the rows that a check's query finds. */
    private static final String RECORD = """
            insert into reconciliation (check_name, differences, examples, checked_at)
            select :check, (select count(*) from found), array(select row from found limit 20), gateway_now()
            on conflict (check_name) do update
               set differences = excluded.differences, examples = excluded.examples, checked_at = excluded.checked_at
            """;

    private static final String RESULTS = """
            select check_name, differences, examples, extract(epoch from gateway_now() - checked_at) as age_seconds
              from reconciliation
            """;

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final ReconciliationSettings settings;
    private final Map<String, CheckResult> results = new ConcurrentHashMap<>();
    private final Set<String> reported = new HashSet<>();

    Reconciliation(
            JdbcClient jdbc,
            TransactionOperations transactions,
            ReconciliationSettings settings,
            MeterRegistry meters) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.settings = settings;
        for (BookCheck check : BookCheck.values()) {
            Gauge.builder("kling.gateway.ledger.drift", () -> found(check).differences())
                    .description("Rows on which the books disagree, by check; always 0")
                    .tag("check", check.label())
                    .register(meters);
        }
        Gauge.builder(
                        "kling.gateway.ledger.drift.age",
                        () -> found(BookCheck.BALANCES).ageSeconds())
                .description("How long ago the books were checked")
                .baseUnit("seconds")
                .register(meters);
    }

    private record CheckResult(double differences, double ageSeconds) {

        private static final CheckResult NOT_YET = new CheckResult(Double.NaN, Double.NaN);
    }

    /** Runs the checks if they are due and no other replica does, then reads what the last run found. */
    boolean pass() {
        transactions.executeWithoutResult(_ -> {
            if (jdbc.sql(TRY_LOCK).query(Boolean.class).single() && isDue()) {
                takeTime();
                for (BookCheck check : BookCheck.values()) {
                    jdbc.sql("with found(row) as (" + check.query + ")\n" + RECORD)
                            .param("check", check.label())
                            .update();
                }
            }
        });
        jdbc.sql(RESULTS).query(row -> {
            String check = row.getString("check_name");
            results.put(check, new CheckResult(row.getDouble("differences"), row.getDouble("age_seconds")));
            report(check, Arrays.asList((String[]) row.getArray("examples").getArray()));
        });
        return false;
    }

    /** For this transaction only: the pool puts a connection's network timeout back. */
    private void takeTime() {
        int millis = Math.toIntExact(LONGEST_CHECK.toMillis());
        jdbc.sql(TAKE_TIME).param("millis", Integer.toString(millis)).query(row -> {
            row.getStatement().getConnection().setNetworkTimeout(Runnable::run, millis);
        });
    }

    /** What all checks found together; empty before the first run. */
    Optional<Drift> known() {
        return results.isEmpty()
                ? Optional.empty()
                : Optional.of(new Drift(
                        results.values().stream()
                                .mapToLong(result -> (long) result.differences())
                                .sum(),
                        Duration.ofSeconds((long) found(BookCheck.BALANCES).ageSeconds())));
    }

    private boolean isDue() {
        return jdbc.sql(IS_DUE)
                .param("interval", settings.interval().toSeconds())
                .query(Boolean.class)
                .single();
    }

    private CheckResult found(BookCheck check) {
        return results.getOrDefault(check.label(), CheckResult.NOT_YET);
    }

    private void report(String check, List<String> examples) {
        List<String> fresh = examples.stream()
                .filter(example -> reported.add(check + " " + example))
                .toList();
        if (!fresh.isEmpty()) {
            log.error("the books disagree, check={}: {}", check, fresh);
        }
    }
}
