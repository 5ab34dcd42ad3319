package io.klinggateway.queue;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.credits.Credits;
import io.klinggateway.generation.ThisReplica;
import io.klinggateway.generation.VendorIdempotencyKey;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.SqlTimes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The queue and the account's rate, as the database keeps them for all replicas. */
@Repository
class QueueRepository {

    private static final String NEXT = """
            select *, extract(epoch from waiting_for) as waiting_seconds
              from queue_next(:upstream, :replica, make_interval(secs => :interval), make_interval(secs => :tolerance),
                              make_interval(secs => :probe), make_interval(secs => :lease), :most)
            """;

    private static final String TAKE = """
            select granted, extract(epoch from wait) as wait_seconds
              from rate_take(:upstream, :purpose, make_interval(secs => :interval), make_interval(secs => :tolerance),
                             make_interval(secs => :own), make_interval(secs => :longest))
            """;

    private static final String PAUSE = "select rate_pause(:upstream, make_interval(secs => :pause))";
    private static final String ACCOUNT_REFUSED = "select account_refused(:upstream, make_interval(secs => :pause))";

    private static final String ACCEPTED_AGAIN = """
            update upstream_rate set account_refused = false where upstream = :upstream and account_refused
            """;

    private static final String LINES = """
            select line.tenant_id, line.key_id, t.name, t.weight, line.waiting,
                   extract(epoch from gateway_now() - line.oldest) as oldest_seconds
              from (select tenant_id, key_id, count(*) as waiting, min(created_at) as oldest
                      from generation where upstream = :upstream and state = 'WAITING'
                     group by tenant_id, key_id) line
              join tenant t on t.id = line.tenant_id
            """;

    private static final String PAUSED = """
            select extract(epoch from greatest(paused_until - gateway_now(),
                       case when account_refused then probe_at - gateway_now() end, interval '0')) as seconds, account_refused
              from upstream_rate where upstream = :upstream
            """;

    /** Counts no further than that: the rest is an estimate anyway. */
    private static final String AHEAD = """
            select count(*)
              from (select from generation g, generation mine
                     where mine.id = :id and mine.tenant_id = :tenant and mine.state = 'WAITING'
                       and g.upstream = mine.upstream and g.tenant_id = mine.tenant_id and g.key_id = mine.key_id
                       and g.state = 'WAITING' and (g.created_at, g.id) < (mine.created_at, mine.id)
                     limit :most) ahead
            """;

    private static final String RUNNING = """
            select count(*) from generation where tenant_id = :tenant and state in ('SENDING', 'QUEUED', 'PROCESSING')
            """;

    private static final String WAITING = """
            select count(*) as generations, coalesce(sum(quoted_credits), 0) as credits
              from generation where upstream = :upstream and tenant_id = :tenant and state = 'WAITING'
            """;

    private final JdbcClient jdbc;
    private final Apiframe apiframe;
    private final ThisReplica replica;
    private final QueueSettings settings;

    QueueRepository(JdbcClient jdbc, Apiframe apiframe, ThisReplica replica, QueueSettings settings) {
        this.jdbc = jdbc;
        this.apiframe = apiframe;
        this.replica = replica;
        this.settings = settings;
    }

    /** @param waitFor until the next call may be made; null if it may be now */
    record Turn(List<ClaimedGeneration> claimed, @Nullable Duration waitFor) {}

    /** Takes calls and claims what they are spent on, both in one statement. */
    Turn next(CallSpacing pace, int most) {
        List<ClaimedGeneration> claimed = new ArrayList<>();
        List<Duration> wait = new ArrayList<>();
        jdbc.sql(NEXT)
                .param("upstream", apiframe.upstream())
                .param("replica", replica.id())
                .param("interval", SqlTimes.seconds(pace.interval()))
                .param("tolerance", SqlTimes.seconds(pace.tolerance()))
                .param("probe", SqlTimes.seconds(settings.probeInterval()))
                .param("lease", SqlTimes.seconds(settings.lease()))
                .param("most", most)
                .query(row -> {
                    if (row.getObject("id") != null) {
                        claimed.add(claimed(row));
                    } else if (row.getObject("waiting_seconds") != null) {
                        wait.add(duration(row.getDouble("waiting_seconds")));
                    }
                });
        return new Turn(claimed, wait.isEmpty() ? null : wait.getFirst());
    }

    private static ClaimedGeneration claimed(ResultSet row) throws SQLException {
        return new ClaimedGeneration(
                new GenerationId(row.getObject("id", UUID.class)),
                new KeyId(row.getObject("key_id", UUID.class)),
                row.getInt("attempt"),
                row.getBoolean("acknowledged"),
                new VendorIdempotencyKey(row.getObject("vendor_idempotency_key", UUID.class)),
                row.getBytes("upstream_request"),
                row.getString("model_name"),
                row.getInt("images"),
                new Credits(row.getLong("quoted_credits")),
                row.getString("traceparent"),
                row.getBoolean("probe"),
                row.getBoolean("overdue"));
    }

    /** @param waitFor before the call if it was granted, else before asking again */
    record Grant(boolean granted, Duration waitFor) {}

    /** @param own the interval that the purpose keeps to by itself */
    Grant take(String purpose, CallSpacing pace, Duration own, Duration longest) {
        return jdbc.sql(TAKE)
                .param("upstream", apiframe.upstream())
                .param("purpose", purpose)
                .param("interval", SqlTimes.seconds(pace.interval()))
                .param("tolerance", SqlTimes.seconds(pace.tolerance()))
                .param("own", SqlTimes.seconds(own))
                .param("longest", SqlTimes.seconds(longest))
                .query((row, _) -> new Grant(row.getBoolean("granted"), duration(row.getDouble("wait_seconds"))))
                .single();
    }

    void pause(Duration pause) {
        pause(PAUSE, pause);
    }

    void accountRefused(Duration untilProbe) {
        pause(ACCOUNT_REFUSED, untilProbe);
    }

    private void pause(String statement, Duration pause) {
        jdbc.sql(statement)
                .param("upstream", apiframe.upstream())
                .param("pause", SqlTimes.seconds(pause))
                .query((_, _) -> true)
                .list();
    }

    /** @return whether it was refused before */
    boolean acceptedAgain() {
        return jdbc.sql(ACCEPTED_AGAIN).param("upstream", apiframe.upstream()).update() == 1;
    }

    /** What waits, by team and key; nothing of those that have nothing waiting. */
    List<WaitingKey> lines() {
        return jdbc.sql(LINES)
                .param("upstream", apiframe.upstream())
                .query((row, _) -> new WaitingKey(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        new KeyId(row.getObject("key_id", UUID.class)),
                        row.getString("name"),
                        row.getInt("weight"),
                        row.getLong("waiting"),
                        duration(row.getDouble("oldest_seconds"))))
                .list();
    }

    record WaitingKey(TenantId tenant, KeyId key, String tenantName, int weight, long waiting, Duration oldest) {}

    /** @param remaining zero if something may be sent now */
    record Pause(Duration remaining, boolean accountRefused) {

        static final Pause NONE = new Pause(Duration.ZERO, false);
    }

    Pause pause() {
        return jdbc.sql(PAUSED)
                .param("upstream", apiframe.upstream())
                .query((row, _) -> new Pause(duration(row.getDouble("seconds")), row.getBoolean("account_refused")))
                .optional()
                .orElse(Pause.NONE);
    }

    /** How many of the same key are sent before this one, if it waits; at most {@code most}. */
    long ahead(TenantId tenant, GenerationId id, int most) {
        return jdbc.sql(AHEAD)
                .param("tenant", tenant.value())
                .param("id", id.value())
                .param("most", most)
                .query(Long.class)
                .single();
    }

    long running(TenantId tenant) {
        return Objects.requireNonNull(jdbc.sql(RUNNING)
                .param("tenant", tenant.value())
                .query(Long.class)
                .single());
    }

    /** @param credits held for them */
    record Waiting(long generations, Credits credits) {}

    Waiting waiting(TenantId tenant) {
        return jdbc.sql(WAITING)
                .param("upstream", apiframe.upstream())
                .param("tenant", tenant.value())
                .query((row, _) -> new Waiting(row.getLong("generations"), new Credits(row.getLong("credits"))))
                .single();
    }

    private static Duration duration(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }
}
