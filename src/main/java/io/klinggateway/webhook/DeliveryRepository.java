package io.klinggateway.webhook;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.Columns;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.SqlTimes;
import io.klinggateway.webhook.Delivery.PastAttempt;
import io.klinggateway.webhook.DeliveryFilter.Wanted;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of deliveries. When the next attempt is due stands with its task. */
@Repository
class DeliveryRepository {

    private static final int ATTEMPTS_KEPT = 30;

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
               set status = :status, attempts = attempts + 1, last_outcome = :outcome, last_attempt_at = gateway_now(),
                   attempted_at = (attempted_at || gateway_now())[greatest(1, cardinality(attempted_at) + 2 - :kept):],
                   outcomes = (outcomes || cast(:outcome as text))[greatest(1, cardinality(outcomes) + 2 - :kept):]
             where generation_id = :id
            """;

    private static final String STATUSES =
            "select generation_id, status from webhook_delivery where generation_id = any(:ids)";

    private static final String DELIVERIES = """
            select d.generation_id, d.tenant_id, d.url, d.event, d.status, d.attempts, d.last_outcome, d.created_at,
                   d.last_attempt_at, d.attempted_at, d.outcomes,
                   case d.status when 'pending' then t.execution_time end as next_attempt_at
              from webhook_delivery d
              left join scheduled_tasks t
                on t.task_name = 'webhook-delivery' and t.task_instance = cast(d.generation_id as text)
            """;

    private static final String IS_FAILING = Wanted.FAILING.condition() + "\n";

    private static final String LIST = DELIVERIES + """
             where <condition> and (d.created_at, d.generation_id) < (:createdAt, :id)
             order by d.created_at desc, d.generation_id desc limit :most
            """;

    private static final String FIND = DELIVERIES + " where d.generation_id = :id and d.tenant_id = :tenant";

    private static final String COUNT_FAILING = """
            select count(*) filter (where status = 'pending') as retrying, count(*) filter (where status = 'failed') as failed,
                   coalesce(extract(epoch from gateway_now() - min(created_at) filter (where status = 'pending')), 0) as age
              from webhook_delivery d
             where created_at > gateway_now() - interval '3 days' and
            """ + IS_FAILING;

    private static final String REOPEN = """
            update webhook_delivery set status = 'pending', attempts = 0 where generation_id = :id and status <> 'delivered'
            """;

    private static final String REOPEN_OF_TENANT =
            "update webhook_delivery set status = 'pending', attempts = 0 where generation_id = :id and tenant_id = :tenant";

    /** One that is being tried at this moment is left alone. */
    private static final String TO_RETRY = """
            select d.generation_id from webhook_delivery d
             where <condition> and d.status <> 'delivered'
               and not exists (select from scheduled_tasks t
                                where t.task_name = 'webhook-delivery'
                                  and t.task_instance = cast(d.generation_id as text) and t.picked)
             order by d.created_at limit :most""";

    private static final String REOPEN_ALL = """
            update webhook_delivery set status = 'pending', attempts = 0
             where generation_id in (<to retry> for update of d skip locked)
            returning generation_id
            """.replace("<to retry>", TO_RETRY);

    private static final String COUNT_TO_RETRY = "select count(*) from (" + TO_RETRY + ") found";

    private static final String DELETE =
            "delete from webhook_delivery where generation_id = any(:ids) returning generation_id, status";

    private static final String FORGET = """
            delete from webhook_delivery d
             using (select generation_id from webhook_delivery
                     where status <> 'pending' and last_attempt_at <= (select gateway_now() - make_interval(secs => :age))
                     order by last_attempt_at limit :most for update skip locked) old
             where d.generation_id = old.generation_id
            returning d.generation_id, d.status
            """;

    /** Above every row. */
    private static final PageCursor NEWEST = new PageCursor(Instant.parse("9999-12-31T00:00:00Z"), new UUID(-1, -1));

    private final JdbcClient jdbc;

    DeliveryRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return false if it is known already */
    boolean add(JobWebhookMessage message, @Nullable String traceparent) {
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
                        new JobWebhookMessage(
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
    record Pending(
            JobWebhookMessage message,
            int attempts,
            @Nullable String traceparent) {}

    void record(GenerationId id, DeliveryStatus status, String outcome) {
        jdbc.sql(RECORD)
                .param("id", id.value())
                .param("status", status.wire())
                .param("outcome", outcome)
                .param("kept", ATTEMPTS_KEPT)
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

    /** @return how far they had come */
    Map<GenerationId, DeliveryStatus> delete(Collection<GenerationId> ids) {
        return statuses(jdbc.sql(DELETE).param("ids", Columns.of(ids, UUID[]::new, GenerationId::value)));
    }

    /** @return what the forgotten ones had come to */
    Map<GenerationId, DeliveryStatus> forget(Duration age, int most) {
        return statuses(jdbc.sql(FORGET).param("age", age.toSeconds()).param("most", most));
    }

    /** Newest first, from there on; null for the newest. */
    List<Delivery> list(DeliveryFilter filter, @Nullable PageCursor before, int most) {
        PageCursor from = before == null ? NEWEST : before;
        return of(filter, LIST)
                .param("createdAt", SqlTimes.timestamp(from.createdAt()))
                .param("id", from.id())
                .param("most", most)
                .query((row, _) -> delivery(row))
                .list();
    }

    private JdbcClient.StatementSpec of(DeliveryFilter filter, String sql) {
        TenantId tenant = filter.tenant();
        JdbcClient.StatementSpec statement = jdbc.sql(sql.replace("<condition>", filter.condition()));
        return tenant == null ? statement : statement.param("tenant", tenant.value());
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

    boolean reopen(TenantId tenant, GenerationId id) {
        return jdbc.sql(REOPEN_OF_TENANT)
                        .param("tenant", tenant.value())
                        .param("id", id.value())
                        .update()
                == 1;
    }

    int countToRetry(DeliveryFilter filter, int most) {
        return of(filter, COUNT_TO_RETRY)
                .param("most", most)
                .query(Integer.class)
                .single();
    }

    /** The oldest first. */
    List<GenerationId> reopenAll(DeliveryFilter filter, int most) {
        return of(filter, REOPEN_ALL)
                .param("most", most)
                .query((row, _) -> generationId(row))
                .list();
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
                SqlTimes.instantOrNull(row, "last_attempt_at"),
                SqlTimes.instantOrNull(row, "next_attempt_at"),
                latest(row));
    }

    private static List<PastAttempt> latest(ResultSet row) throws SQLException {
        Timestamp[] times = (Timestamp[]) row.getArray("attempted_at").getArray();
        String[] outcomes = (String[]) row.getArray("outcomes").getArray();
        return IntStream.range(0, times.length)
                .mapToObj(index -> new PastAttempt(times[index].toInstant(), outcomes[index]))
                .toList()
                .reversed();
    }

    private static GenerationId generationId(ResultSet row) throws SQLException {
        return new GenerationId(row.getObject("generation_id", UUID.class));
    }

    private static TenantId tenantId(ResultSet row) throws SQLException {
        return new TenantId(row.getObject("tenant_id", UUID.class));
    }
}
