package io.klinggateway.queue;

import io.klinggateway.database.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** A database in which only the test chooses whose turn it is, and at a rate that allows whatever it asks for. */
final class QueueDatabase implements AutoCloseable {

    static final String UPSTREAM = "http://vendor.example";

    private static final String ADD = """
            insert into generation (id, tenant_id, key_id, state, acknowledged, admitted_by, request_hash, model_name, images,
                                    quoted_credits, upstream, upstream_request, attempt, in_doubt, due_at, created_at)
            select gen_random_uuid(), :team, :key, :state, true, gen_random_uuid(), '', 'kling-v1', 1, 2, :upstream, '{}',
                   case :state when 'SENDING' then 1 else 0 end, :state = 'SENDING', gateway_now(),
                   gateway_now() - interval '1 hour' + make_interval(secs => :from + i * 0.001)
              from generate_series(1, :count) i
            """;

    private static final String NEXT = """
            select id, tenant_id, key_id, attempt, acknowledged from queue_next(:upstream, :replica, make_interval(secs => 1e-6),
                interval '1 hour', interval '30 seconds', interval '1 hour', :most)
             where id is not null
            """;

    private final TestDatabase server = TestDatabase.migrated();
    private final SingleConnectionDataSource connection = connect();
    private final JdbcClient jdbc = JdbcClient.create(connection);
    private int batches;

    SingleConnectionDataSource connect() {
        return new SingleConnectionDataSource(server.url(), server.username(), server.password(), true);
    }

    JdbcClient jdbc() {
        return jdbc;
    }

    UUID team(int weight) {
        UUID team = UUID.randomUUID();
        jdbc.sql("insert into tenant (id, name, weight) values (:id, 't-' || :id::text, :weight)")
                .param("id", team)
                .param("weight", weight)
                .update();
        return team;
    }

    /** Later ones are younger. */
    void addWaiting(UUID team, UUID key, int count) {
        add(team, key, "WAITING", count);
        jdbc.sql("select queue_join(:upstream, :team)")
                .param("upstream", UPSTREAM)
                .param("team", team)
                .query((_, _) -> true)
                .list();
    }

    /** What may have reached the vendor, and is due to be sent again. */
    void addUnresolved(UUID team, int count) {
        add(team, team, "SENDING", count);
    }

    private void add(UUID team, UUID key, String state, int count) {
        batches++;
        jdbc.sql(ADD)
                .param("team", team)
                .param("key", key)
                .param("state", state)
                .param("upstream", UPSTREAM)
                .param("from", batches)
                .param("count", count)
                .update();
    }

    record Turn(UUID id, UUID team, UUID key, int attempt, boolean acknowledged) {}

    List<Turn> next(int most) {
        return next(jdbc, most);
    }

    static List<Turn> next(JdbcClient jdbc, int most) {
        return jdbc.sql(NEXT)
                .param("upstream", UPSTREAM)
                .param("replica", new UUID(0, 1))
                .param("most", most)
                .query((row, _) -> new Turn(
                        row.getObject("id", UUID.class),
                        row.getObject("tenant_id", UUID.class),
                        row.getObject("key_id", UUID.class),
                        row.getInt("attempt"),
                        row.getBoolean("acknowledged")))
                .list();
    }

    /** One after the other, as a dispatcher under load takes them. */
    List<Turn> turns(int count) {
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            turns.addAll(next(1));
        }
        return turns;
    }

    /** The generations of a key in the order in which they came. */
    List<UUID> inOrder(UUID key) {
        return jdbc.sql("select id from generation where key_id = :key order by created_at, id")
                .param("key", key)
                .query((row, _) -> row.getObject(1, UUID.class))
                .list();
    }

    /** From now on the database's clock is ahead by so much. */
    void moveTimeTo(Duration ahead) {
        jdbc.sql("""
                create or replace function gateway_now() returns timestamptz language sql volatile
                return clock_timestamp() + make_interval(secs => %d)
                """.formatted(ahead.toSeconds())).update();
    }

    @Override
    public void close() {
        connection.destroy();
    }
}
