package io.klinggateway.webhook;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.Columns;
import io.klinggateway.support.SqlTimes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of deliveries. When the next attempt is due stands with its task. */
@Repository
class DeliveryRepository {

    private static final String ADD = """
            insert into webhook_delivery (generation_id, tenant_id, key_id, url, event, body, traceparent)
            values (:id, :tenant, :key, :url, :event, :body, :traceparent)
            on conflict do nothing
            """;

    private static final String FIND_PENDING = """
            select generation_id, tenant_id, key_id, url, event, body, attempts, traceparent
              from webhook_delivery where generation_id = :id and status = 'pending'
            """;

    private static final String RECORD = """
            update webhook_delivery
               set status = :status, attempts = attempts + 1, last_outcome = :outcome, last_attempt_at = gateway_now()
             where generation_id = :id
            """;

    private static final String STATUSES =
            "select generation_id, status from webhook_delivery where generation_id = any(:ids)";

    private static final String DELIVERIES = """
            select generation_id, tenant_id, url, event, status, attempts, last_outcome, created_at, last_attempt_at
              from webhook_delivery
            """;

    private static final String IS_FAILING = "(status = 'failed' or status = 'pending' and attempts > 0)\n";

    private static final String NEWEST = "order by created_at desc limit :most";

    private static final String FAILING = DELIVERIES + " where " + IS_FAILING + NEWEST;
    private static final String FAILING_OF_TENANT =
            DELIVERIES + " where tenant_id = :tenant and " + IS_FAILING + NEWEST;

    private static final String FIND = DELIVERIES + " where generation_id = :id and tenant_id = :tenant";

    private static final String COUNT_FAILING = """
            select count(*) filter (where status = 'pending') as retrying, count(*) filter (where status = 'failed') as failed,
                   coalesce(extract(epoch from gateway_now() - min(created_at) filter (where status = 'pending')), 0) as age
              from webhook_delivery
             where created_at > gateway_now() - interval '3 days' and
            """ + IS_FAILING;

    private static final String REOPEN = """
            update webhook_delivery set status = 'pending', attempts = 0 where generation_id = :id and status <> 'delivered'
            """;

    private static final String FORGET = """
            delete from webhook_delivery d
             using (select generation_id from webhook_delivery
                     where status <> 'pending' and last_attempt_at <= (select gateway_now() - make_interval(secs => :age))
                     order by last_attempt_at limit :most for update skip locked) old
             where d.generation_id = old.generation_id
            returning d.generation_id, d.status
            """;

    private final JdbcClient jdbc;

    DeliveryRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return false if it is known already */
    boolean add(Message message, @Nullable String traceparent) {
        return jdbc.sql(ADD)
                        .param("id", message.generation().value())
                        .param("tenant", message.tenant().value())
                        .param("key", message.key().value())
                        .param("url", message.url())
                        .param("event", message.event())
                        .param("body", message.body())
                        .param("traceparent", traceparent, Types.VARCHAR)
                        .update()
                == 1;
    }

    Optional<Pending> findPending(GenerationId id) {
        return jdbc.sql(FIND_PENDING)
                .param("id", id.value())
                .query((row, _) -> new Pending(
                        new Message(
                                generationId(row),
                                tenantId(row),
                                new KeyId(row.getObject("key_id", UUID.class)),
                                row.getString("url"),
                                row.getString("event"),
                                row.getBytes("body")),
                        row.getInt("attempts"),
                        row.getString("traceparent")))
                .optional();
    }

    /**
     * @param attempts that were made before
     * @param traceparent where the job ended, in its trace
     */
    record Pending(Message message, int attempts, @Nullable String traceparent) {}

    void record(GenerationId id, DeliveryStatus status, String outcome) {
        jdbc.sql(RECORD)
                .param("id", id.value())
                .param("status", status.wire())
                .param("outcome", outcome)
                .update();
    }

    Map<GenerationId, DeliveryStatus> statuses(Collection<GenerationId> ids) {
        return statuses(jdbc.sql(STATUSES).param("ids", Columns.of(ids, UUID[]::new, GenerationId::value)));
    }

    private static Map<GenerationId, DeliveryStatus> statuses(JdbcClient.StatementSpec statement) {
        Map<GenerationId, DeliveryStatus> statuses = new HashMap<>();
        statement.query(row -> {
            statuses.put(generationId(row), DeliveryStatus.of(row.getString("status")));
        });
        return statuses;
    }

    /** @return what the forgotten ones had come to */
    Map<GenerationId, DeliveryStatus> forget(Duration age, int most) {
        return statuses(jdbc.sql(FORGET).param("age", age.toSeconds()).param("most", most));
    }

    /** Newest first. */
    List<Delivery> failing(int most) {
        return jdbc.sql(FAILING)
                .param("most", most)
                .query((row, _) -> delivery(row))
                .list();
    }

    List<Delivery> failing(TenantId tenant, int most) {
        return jdbc.sql(FAILING_OF_TENANT)
                .param("tenant", tenant.value())
                .param("most", most)
                .query((row, _) -> delivery(row))
                .list();
    }

    Optional<Delivery> find(TenantId tenant, GenerationId id) {
        return jdbc.sql(FIND)
                .param("tenant", tenant.value())
                .param("id", id.value())
                .query((row, _) -> delivery(row))
                .optional();
    }

    /** Of the last three days. */
    FailingCount countFailing() {
        return jdbc.sql(COUNT_FAILING)
                .query((row, _) ->
                        new FailingCount(row.getLong("retrying"), row.getLong("failed"), row.getDouble("age")))
                .single();
    }

    /** @param oldestSeconds how long the oldest of the retried ones has been owed; 0 if there is none */
    record FailingCount(long retrying, long failed, double oldestSeconds) {}

    /** @return false if there is no such delivery, or it was delivered */
    boolean reopen(GenerationId id) {
        return jdbc.sql(REOPEN).param("id", id.value()).update() == 1;
    }

    private static Delivery delivery(ResultSet row) throws SQLException {
        return new Delivery(
                generationId(row),
                tenantId(row),
                row.getString("url"),
                row.getString("event"),
                DeliveryStatus.of(row.getString("status")),
                row.getInt("attempts"),
                row.getString("last_outcome"),
                SqlTimes.instant(row, "created_at"),
                SqlTimes.instantOrNull(row, "last_attempt_at"));
    }

    private static GenerationId generationId(ResultSet row) throws SQLException {
        return new GenerationId(row.getObject("generation_id", UUID.class));
    }

    private static TenantId tenantId(ResultSet row) throws SQLException {
        return new TenantId(row.getObject("tenant_id", UUID.class));
    }
}
