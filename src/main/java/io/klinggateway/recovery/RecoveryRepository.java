package io.klinggateway.recovery;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.support.SqlTimes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionOperations;

/** The recoveries of this gateway's books. One row for each moment that they were restored to. */
@Repository
class RecoveryRepository {

    private static final String BEGIN = "select recovery_begin(:upstream, :since)";

    private static final String IS_UNDER_WAY = """
            select exists (select from recovery where upstream = :upstream and finished_at is null)
            """;

    private static final String CLAIM = """
            update recovery set due_at = gateway_now() + make_interval(secs => :lease)
             where upstream = :upstream and finished_at is null and due_at <= gateway_now()
            returning since
            """;

    private static final String EXTEND = """
            update recovery set due_at = gateway_now() + make_interval(secs => :lease)
             where upstream = :upstream and since = :since and finished_at is null
            """;

    private static final String END = "select recovery_end(:upstream, :since, :listed, :free, :newestUntold)";

    private static final String REPORTS = """
            select r.since, r.started_at, r.finished_at, r.repeated_jobs, r.listed_jobs, r.free_jobs,
                   count(o) as unknown, coalesce(sum(o.credits), 0) as unknown_credits,
                   count(o) filter (where o.resolution = 'FOUND') as found,
                   count(o) filter (where o.resolution = 'BOOKED') as booked,
                   count(o) filter (where o.resolution is null) as open,
                   coalesce(sum(o.credits) filter (where o.resolution is null), 0) as open_credits
              from recovery r
              left join orphan_job o on o.upstream = r.upstream and o.cause = 'UNKNOWN'
                   and o.created_at between r.since - interval '1 minute' and coalesce(r.finished_at, 'infinity')
             where r.upstream = :upstream
             group by r.upstream, r.since
             order by r.started_at desc
            """;

    /** A backlog may be long: the pool's timeout is for requests. */
    private static final Duration LONGEST_STATEMENT = Duration.ofMinutes(10);

    private static final String TAKE_TIME = "select set_config('statement_timeout', :millis, true)";

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final Apiframe apiframe;

    RecoveryRepository(JdbcClient jdbc, TransactionOperations transactions, Apiframe apiframe) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.apiframe = apiframe;
    }

    /** Begins the recovery since then, unless that was done before. */
    void begin(Instant since) {
        inTakenTime(() -> sql(BEGIN)
                .param("since", SqlTimes.timestamp(since))
                .query(Boolean.class)
                .single());
    }

    boolean isUnderWay() {
        return sql(IS_UNDER_WAY).query(Boolean.class).single();
    }

    /** @return since when; empty if nothing is to be recovered, or another replica is at it */
    List<Instant> claim(Duration lease) {
        return sql(CLAIM)
                .param("lease", lease.toMillis() / 1000.0)
                .query((row, _) -> SqlTimes.instant(row, "since"))
                .list();
    }

    void extend(Instant since, Duration lease) {
        sql(EXTEND)
                .param("since", SqlTimes.timestamp(since))
                .param("lease", lease.toMillis() / 1000.0)
                .update();
    }

    /** @param newestUntold when the vendor made the newest job of which nobody can tell whose it is; null if there is none */
    void end(Instant since, int listed, int free, @Nullable Instant newestUntold) {
        inTakenTime(() -> sql(END).param("since", SqlTimes.timestamp(since))
                .param("listed", listed)
                .param("free", free)
                .param("newestUntold", SqlTimes.timestamp(newestUntold), Types.TIMESTAMP_WITH_TIMEZONE)
                .query((_, _) -> true)
                .list());
    }

    /** Newest first. */
    List<RecoveryReport> reports() {
        return sql(REPORTS).query((row, _) -> report(row)).list();
    }

    private JdbcClient.StatementSpec sql(String statement) {
        return jdbc.sql(statement).param("upstream", apiframe.upstream());
    }

    /** For this transaction only: the pool puts a connection's network timeout back. */
    private void inTakenTime(Runnable statement) {
        int millis = Math.toIntExact(LONGEST_STATEMENT.toMillis());
        transactions.executeWithoutResult(_ -> {
            jdbc.sql(TAKE_TIME).param("millis", Integer.toString(millis)).query(row -> {
                row.getStatement().getConnection().setNetworkTimeout(Runnable::run, millis);
            });
            statement.run();
        });
    }

    private static RecoveryReport report(ResultSet row) throws SQLException {
        return new RecoveryReport(
                SqlTimes.instant(row, "since"),
                SqlTimes.instant(row, "started_at"),
                SqlTimes.instantOrNull(row, "finished_at"),
                row.getInt("repeated_jobs"),
                integer(row, "listed_jobs"),
                integer(row, "free_jobs"),
                row.getInt("unknown"),
                row.getLong("unknown_credits"),
                row.getInt("found"),
                row.getInt("booked"),
                row.getInt("open"),
                row.getLong("open_credits"));
    }

    private static @Nullable Integer integer(ResultSet row, String column) throws SQLException {
        return row.getObject(column, Integer.class);
    }
}
