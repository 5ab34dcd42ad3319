package io.klinggateway.queue;

import io.klinggateway.database.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** The functions of the rate and the queue on a database of their own, whose time stands still until it is moved. */
final class RateDatabase implements AutoCloseable {

    private static final String UPSTREAM = "http://vendor";
    private static final UUID REPLICA = new UUID(0, 1);

    private final SingleConnectionDataSource connection;
    private final JdbcClient jdbc;
    private final CallSpacing pace;

    RateDatabase(int callsPerMinute) {
        var database = TestDatabase.migrated().dataSource();
        try {
            connection = new SingleConnectionDataSource(database.getConnection(), true);
        } catch (SQLException away) {
            throw new IllegalStateException(away);
        }
        jdbc = JdbcClient.create(connection);
        pace = CallSpacing.of(callsPerMinute);
        jdbc.sql("""
                create or replace function gateway_now() returns timestamptz language sql volatile
                return current_setting('gateway.test_time')::timestamptz
                """).update();
    }

    CallSpacing pace() {
        return pace;
    }

    void moveTimeTo(Instant now) {
        jdbc.sql("select set_config('gateway.test_time', ?, false)")
                .param(OffsetDateTime.ofInstant(now, ZoneOffset.UTC).toString())
                .query(String.class)
                .single();
    }

    /** A team that has that many waiting since now; nothing else in the books. */
    UUID queue(int generations) {
        UUID tenant = UUID.randomUUID();
        UUID key = UUID.randomUUID();
        jdbc.sql("insert into tenant (id, name) values (?, ?)")
                .param(tenant)
                .param("t-" + tenant)
                .update();
        jdbc.sql("""
                        insert into generation (id, tenant_id, key_id, state, acknowledged, admitted_by, request_hash, model_name,
                                                images, quoted_credits, upstream, upstream_request, due_at, created_at)
                        select gen_random_uuid(), ?, ?, 'WAITING', true, ?, '', 'kling-v1', 1, 2, ?, '', gateway_now(),
                               gateway_now()
                          from generate_series(1, ?)
                        """).params(tenant, key, REPLICA, UPSTREAM, generations).update();
        jdbc.sql("select queue_join(?, ?)")
                .params(UPSTREAM, tenant)
                .query((_, _) -> true)
                .list();
        jdbc.sql("analyze generation").update();
        return tenant;
    }

    /** What is claimed is sent, and its outcome unknown: it is due again at once. */
    void loseAnswers() {
        jdbc.sql(
                        "update generation set attempt_open = false, in_doubt = true, due_at = gateway_now() where state = 'SENDING'")
                .update();
    }

    record Grant(boolean granted, Duration waitFor) {}

    Grant take(String purpose, Duration patience) {
        return jdbc.sql("""
                        select granted, (extract(epoch from wait) * 1000000)::bigint as wait_micros
                          from rate_take(?, ?, make_interval(secs => ?), make_interval(secs => ?), make_interval(secs => ?),
                                         make_interval(secs => ?))
                        """)
                .params(
                        UPSTREAM,
                        purpose,
                        seconds(pace.interval()),
                        seconds(pace.tolerance()),
                        seconds(purpose.equals("UPLOAD") ? pace.uploadInterval() : pace.trackingInterval()),
                        seconds(patience))
                .query((row, _) -> new Grant(row.getBoolean("granted"), micros(row.getLong("wait_micros"))))
                .single();
    }

    /** @param waitFor zero if nothing holds the next call back */
    record Turn(int claimed, int repeats, Duration waitFor) {}

    Turn next(int most) {
        return jdbc.sql("""
                        select count(id)::int as claimed, count(id) filter (where attempt > 1)::int as repeats,
                               coalesce(extract(epoch from max(waiting_for) filter (where id is null)) * 1000000, 0)::bigint
                                   as wait_micros
                          from queue_next(?, ?, make_interval(secs => ?), make_interval(secs => ?), interval '30 s',
                                          interval '25 s', ?)
                        """)
                .params(UPSTREAM, REPLICA, seconds(pace.interval()), seconds(pace.tolerance()), most)
                .query((row, _) ->
                        new Turn(row.getInt("claimed"), row.getInt("repeats"), micros(row.getLong("wait_micros"))))
                .single();
    }

    void pause(Duration pause) {
        jdbc.sql("select rate_pause(?, make_interval(secs => ?))")
                .params(UPSTREAM, seconds(pause))
                .query((_, _) -> true)
                .list();
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static Duration micros(long micros) {
        return Duration.ofNanos(micros * 1000);
    }

    @Override
    public void close() {
        connection.destroy();
    }
}
