package io.klinggateway.generation;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.SqlTimes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Every change of a generation's state but two: admission makes the row, and the queue opens attempts. A change that comes
 * too late changes nothing and says so.
 */
@Repository
class GenerationRepository {

    private static final String ACKNOWLEDGE = """
            update generation set acknowledged = true
             where id = :id and (captured_credits is null or acknowledged)
            """;

    private static final String STANDING = """
            select generation_status(state, upstream_job_id) as status, state = 'WAITING' as waiting,
                   state = 'SENDING' as sending, state = 'FAILED' and not acknowledged as withdrawn
              from generation where id = :id
            """;

    /** Whatever attempt it was: an acceptance is the truth, and the vendor has one job per idempotency key. */
    private static final String ACCEPT = """
            with accepted as (
                update generation g
                   set state = 'QUEUED', upstream_job_id = :job, acknowledged = true, attempt_open = false, due_at = null,
                       accepted_at = gateway_now()
                 where id = :id and upstream_job_id is null and state in ('WAITING', 'SENDING', 'IN_REVIEW')
                   and not exists (select from generation other
                                    where other.upstream = g.upstream and other.upstream_job_id = :job)
                returning upstream, extract(epoch from accepted_at - created_at) as seconds),
            found as (
                update orphan_job o
                   set resolution = 'FOUND', resolved_at = gateway_now(), generation_id = :id
                  from accepted a
                 where o.upstream = a.upstream and o.upstream_job_id = :job and o.resolution is null)
            select seconds from accepted
            """;

    private static final String OF_ANOTHER = """
            select exists (select from generation where upstream = :upstream and upstream_job_id = :job and id <> :id)
            """;

    private static final String RECORD_ORPHAN = """
            insert into orphan_job (upstream, upstream_job_id, cause, generation_id, created_at)
            select :upstream, :job, 'ENDED', :id, gateway_now()
             where not exists (select from generation where id = :id and upstream_job_id = :job)
            on conflict do nothing
            """;

    private static final String RETURN_TO_QUEUE = """
            with returned as (
                update generation
                   set state = case when in_doubt then 'SENDING' else 'WAITING' end, attempt_open = false, acknowledged = true,
                       due_at = gateway_now() + make_interval(secs => :delay),
                       attempts_failed_at = latest_of(attempts_failed_at, gateway_now()),
                       attempts_failed_by = latest_of(attempts_failed_by, cast(:outcome as text))
                 where id = :id and attempt = :attempt and state = 'SENDING'
                returning upstream, tenant_id)
            select queue_join(upstream, tenant_id) from returned
            """;

    private static final String UNRESOLVED = """
            update generation
               set attempt_open = false, in_doubt = true, acknowledged = true,
                   due_at = gateway_now() + make_interval(secs => :delay),
                   attempts_failed_at = latest_of(attempts_failed_at, gateway_now()),
                   attempts_failed_by = latest_of(attempts_failed_by, cast(:outcome as text))
             where id = :id and attempt = :attempt and state = 'SENDING'
            """;

    private static final String REFUSE = """
            update generation
               set state = 'FAILED', captured_credits = 0, error = :error, completed_at = gateway_now(),
                   attempt_open = false, due_at = null, acknowledged = acknowledged or :acknowledge,
                   attempts_failed_at = latest_of(attempts_failed_at, gateway_now()),
                   attempts_failed_by = latest_of(attempts_failed_by, cast(:outcome as text)),
                   idempotency_key = case when acknowledged or :acknowledge then idempotency_key end
             where id = :id and state = 'SENDING'
               and (:whateverCameBefore or attempt = :attempt and not in_doubt and not acknowledged)
            """;

    private static final String PROGRESS = """
            update generation
               set state = case when state = 'PROCESSING' then state else :state end,
                   progress = greatest(progress, :progress), missing_since = null
             where id = :id and state in ('QUEUED', 'PROCESSING')
            """;

    private static final String MISSING = """
            update generation set missing_since = coalesce(missing_since, gateway_now())
             where id = :id and state in ('QUEUED', 'PROCESSING')
            returning missing_since < gateway_now() - interval '10 minutes'
            """;

    private static final String REVIEW = """
            update generation set state = 'IN_REVIEW', due_at = null, attempt_open = false, error = :reason
             where id = :id and state in ('SENDING', 'QUEUED', 'PROCESSING')
            """;

    private static final String END = """
            update generation
               set state = :state,
                   captured_credits = case :state
                       when 'COMPLETED' then credits_due(quoted_credits, :charged) else 0 end,
                   charged_credits = :charged,
                   progress = case :state when 'COMPLETED' then 100 else progress end,
                   result_images = :images, error = :error, expired = :expired, missing_since = null,
                   completed_at = gateway_now(),
                   due_at = case :state when 'COMPLETED' then gateway_now() + interval '1 day' end
             where id = :id and state in ('QUEUED', 'PROCESSING')
            returning quoted_credits, captured_credits, acknowledged and webhook_url is not null as webhook,
                      extract(epoch from completed_at - created_at) as lasted_seconds, tenant_id
            """;

    private static final String COMPLETE_REVIEW = """
            with completed as (
                update generation
                   set state = 'COMPLETED', upstream_job_id = :job, acknowledged = true,
                       captured_credits = credits_due(quoted_credits, :charged),
                       charged_credits = :charged, progress = 100, result_images = :images, error = null, expired = :expired,
                       missing_since = null, completed_at = gateway_now(), due_at = gateway_now() + interval '1 day'
                 where id = :id and state = 'IN_REVIEW' and upstream = :upstream and coalesce(upstream_job_id, :job) = :job
                returning quoted_credits, captured_credits, webhook_url is not null as webhook,
                          extract(epoch from completed_at - created_at) as lasted_seconds, tenant_id),
            found as (
                update orphan_job set resolution = 'FOUND', resolved_at = gateway_now(), generation_id = :id
                 where upstream = :upstream and upstream_job_id = :job and resolution is null
                   and exists (select from completed))
            select * from completed
            """;

    private static final String FAIL_REVIEW = """
            update generation
               set state = 'FAILED', captured_credits = 0, error = :error, missing_since = null,
                   completed_at = gateway_now(), due_at = null
             where id = :id and state = 'IN_REVIEW'
            """;

    /** Nothing of what waits has reached the vendor, so it may end at once. */
    private static final String END_WAITING = """
            update generation
               set state = :state, captured_credits = 0, error = :error, completed_at = gateway_now(), due_at = null,
                   acknowledged = true
            """;

    private static final String END_ONE_WAITING = END_WAITING + """
             where id = :id and tenant_id = :tenant and state = 'WAITING'
            """;

    private static final String END_WAITING_OF_TENANT = END_WAITING + """
             where id in (select id from generation
                           where tenant_id = :tenant and upstream = :upstream and state = 'WAITING'
                           order by created_at, id limit :most for update skip locked)
            returning id
            """;

    private static final String END_LONG_WAITING = END_WAITING + """
             where id in (select id from generation
                           where upstream = :upstream and state = 'WAITING'
                             and created_at < (select gateway_now() - make_interval(secs => :longest))
                           order by created_at limit 1 for update skip locked)
            returning id
            """;

    private static final String LASTED = """
            select extract(epoch from completed_at - created_at) from generation where id = :id and acknowledged
            """;

    private static final String FIND_RECIPIENT = "select " + StoredJob.COLUMNS + """
              from generation
             where id = :id and acknowledged and webhook_url is not null
            """;

    private final JdbcClient jdbc;
    private final Apiframe apiframe;

    GenerationRepository(JdbcClient jdbc, Apiframe apiframe) {
        this.jdbc = jdbc;
        this.apiframe = apiframe;
    }

    /** Lets nothing but the vendor end it from now on; does nothing to what was withdrawn already. */
    void acknowledge(GenerationId id) {
        jdbc.sql(ACKNOWLEDGE).param("id", id.value()).update();
    }

    GenerationSnapshot status(GenerationId id) {
        return jdbc.sql(STANDING)
                .param("id", id.value())
                .query((row, _) -> new GenerationSnapshot(
                        row.getString("status"),
                        row.getBoolean("waiting"),
                        row.getBoolean("sending"),
                        row.getBoolean("withdrawn")))
                .single();
    }

    /** @return seconds since its admission; empty if it came too late, or was recorded before */
    Optional<Double> accept(GenerationId id, VendorJobId job) {
        return jdbc.sql(ACCEPT)
                .param("id", id.value())
                .param("job", job.value())
                .query(Double.class)
                .optional();
    }

    boolean belongsToAnother(GenerationId id, VendorJobId job) {
        return jdbc.sql(OF_ANOTHER)
                .param("id", id.value())
                .param("job", job.value())
                .param("upstream", apiframe.upstream())
                .query(Boolean.class)
                .single();
    }

    /** @return false if the job was recorded before, as the generation's or as an orphan: then there is nothing to note */
    boolean noteOrphan(GenerationId id, VendorJobId job) {
        return jdbc.sql(RECORD_ORPHAN)
                        .param("id", id.value())
                        .param("job", job.value())
                        .param("upstream", apiframe.upstream())
                        .update()
                == 1;
    }

    void returnToQueue(GenerationId id, int attempt, Duration delay, String outcome) {
        jdbc.sql(RETURN_TO_QUEUE)
                .param("outcome", outcome)
                .param("id", id.value())
                .param("attempt", attempt)
                .param("delay", SqlTimes.seconds(delay))
                .query((_, _) -> true)
                .list();
    }

    void unresolved(GenerationId id, int attempt, Duration delay, String outcome) {
        jdbc.sql(UNRESOLVED)
                .param("outcome", outcome)
                .param("id", id.value())
                .param("attempt", attempt)
                .param("delay", SqlTimes.seconds(delay))
                .update();
    }

    /**
     * @param outcome of the attempt, for operators
     * @param acknowledge whether its tenant is to see it as failed
     * @return false if the generation may not end now; nothing changes then
     */
    boolean refuse(GenerationId id, int attempt, Refusal refusal, String outcome, boolean acknowledge) {
        return jdbc.sql(REFUSE)
                        .param("id", id.value())
                        .param("attempt", attempt)
                        .param("whateverCameBefore", refusal.whateverCameBefore())
                        .param("outcome", outcome)
                        .param("acknowledge", acknowledge)
                        .param("error", refusal.error())
                        .update()
                == 1;
    }

    void progress(GenerationId id, VendorJob.Status status, @Nullable Integer percent) {
        jdbc.sql(PROGRESS)
                .param("id", id.value())
                .param("state", status.name())
                .param("progress", percent, Types.INTEGER)
                .update();
    }

    /** @return whether the vendor has not known the job for so long that it is no mere hiccup */
    boolean missing(GenerationId id) {
        return jdbc.sql(MISSING)
                .param("id", id.value())
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }

    boolean review(GenerationId id, String reason) {
        return jdbc.sql(REVIEW).param("id", id.value()).param("reason", reason).update() == 1;
    }

    /** @return empty if it had ended before */
    Optional<EndedGeneration> end(GenerationId id, VendorJob job) {
        return ofJob(jdbc.sql(END).param("state", job.status().name()), id, job)
                .param("error", job.error(), Types.VARCHAR)
                .query((row, _) -> ended(row))
                .optional();
    }

    /** @return empty if it is not in review, or the job is not its own */
    Optional<EndedGeneration> completeReview(GenerationId id, VendorJob job) {
        return ofJob(jdbc.sql(COMPLETE_REVIEW).param("upstream", apiframe.upstream()), id, job)
                .param("job", job.id().value())
                .query((row, _) -> ended(row))
                .optional();
    }

    private static JdbcClient.StatementSpec ofJob(JdbcClient.StatementSpec statement, GenerationId id, VendorJob job) {
        Credits charged = job.charged();
        return statement
                .param("id", id.value())
                .param("charged", charged == null ? null : charged.amount(), Types.BIGINT)
                .param("images", job.images().isEmpty() ? null : job.images().toArray(String[]::new), Types.ARRAY)
                .param("expired", job.expired());
    }

    private static EndedGeneration ended(ResultSet row) throws SQLException {
        return new EndedGeneration(
                new Credits(row.getLong("quoted_credits")),
                new Credits(row.getLong("captured_credits")),
                row.getBoolean("webhook"),
                lasted(row.getDouble("lasted_seconds")),
                new TenantId(row.getObject("tenant_id", UUID.class)));
    }

    /** From the admission of one that has ended to its end; null if no caller had a 202 of it. */
    @Nullable
    Duration lasted(GenerationId id) {
        return jdbc.sql(LASTED)
                .param("id", id.value())
                .query(Double.class)
                .optional()
                .map(GenerationRepository::lasted)
                .orElse(null);
    }

    private static Duration lasted(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    /** @return false if it is not in review */
    boolean failReview(GenerationId id, String error) {
        return jdbc.sql(FAIL_REVIEW)
                        .param("id", id.value())
                        .param("error", error)
                        .update()
                == 1;
    }

    boolean cancel(TenantId tenant, GenerationId id, String error) {
        return jdbc.sql(END_ONE_WAITING)
                        .param("state", GenerationState.CANCELLED.name())
                        .param("error", error)
                        .param("tenant", tenant.value())
                        .param("id", id.value())
                        .update()
                == 1;
    }

    /** The longest waiting first. */
    List<GenerationId> cancelWaiting(TenantId tenant, String error, int most) {
        return jdbc.sql(END_WAITING_OF_TENANT)
                .param("state", GenerationState.CANCELLED.name())
                .param("error", error)
                .param("tenant", tenant.value())
                .param("upstream", apiframe.upstream())
                .param("most", most)
                .query((row, _) -> new GenerationId(row.getObject("id", UUID.class)))
                .list();
    }

    /** The longest waiting, if it has waited for longer than that. */
    Optional<GenerationId> failLongWaiting(Duration longest, String error) {
        return jdbc.sql(END_LONG_WAITING)
                .param("state", GenerationState.FAILED.name())
                .param("error", error)
                .param("upstream", apiframe.upstream())
                .param("longest", SqlTimes.seconds(longest))
                .query((row, _) -> new GenerationId(row.getObject("id", UUID.class)))
                .optional();
    }

    /** Empty if it has no webhook, or its tenant knows nothing of it. */
    Optional<StoredJob> findRecipient(GenerationId id) {
        return jdbc.sql(FIND_RECIPIENT)
                .param("id", id.value())
                .query((row, _) -> StoredJob.of(row))
                .optional();
    }
}
