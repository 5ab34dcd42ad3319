package io.klinggateway.tracking;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.generation.VendorIdempotencyKey;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.support.SqlTimes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Which jobs are to be looked at, and whose turn it is to look. It changes no state. */
@Repository
class TrackingRepository {

    private static final String CLAIM_SWEEP = """
            insert into upstream_sweep as known (upstream, due_at, sweeping)
            values (:upstream, gateway_now() + make_interval(secs => :lease), true)
            on conflict (upstream) do update set due_at = excluded.due_at, sweeping = true, hinted = false
             where known.due_at <= gateway_now()
            """;

    private static final String EXTEND_SWEEP = """
            update upstream_sweep set due_at = gateway_now() + make_interval(secs => :lease)
             where upstream = :upstream and sweeping
            """;

    private static final String END_SWEEP = """
            update upstream_sweep
               set sweeping = false, ended_at = gateway_now(),
                   due_at = gateway_now() + make_interval(secs => case when hinted then :soon else :next end)
             where upstream = :upstream
            """;

    private static final String HINT = "select sweep_hint(:upstream, make_interval(secs => :soon))";

    /** What one attempt is at work on stays with it until its lease ends. */
    private static final String REPEAT_NOW = """
            update generation set due_at = gateway_now()
             where coalesce(vendor_idempotency_key, id) = :key and upstream = :upstream and state = 'SENDING' and not attempt_open
               and due_at > gateway_now()
            """;

    private static final String COLUMNS = """
            select g.id, g.upstream_job_id, g.state, g.progress, g.created_at,
                   extract(epoch from gateway_now() - coalesce(g.accepted_at, g.created_at)) as age_seconds,
                   gateway_now() - g.created_at > interval '24 hours' as overdue, g.due_at is not null as straggler,
                   g.webhook_url is not null and 'progress' = any(g.webhook_events) as tells_progress,
                   coalesce(g.watched_until > gateway_now(), false) as watched
              from generation g
            """;

    private static final String OPEN = COLUMNS + """
             where g.upstream = :upstream and g.state in ('QUEUED', 'PROCESSING')
            """;

    private static final String CLAIM_STRAGGLERS = """
            with due as (
                select id from generation
                 where upstream = :upstream and due_at <= (select gateway_now()) and state in ('QUEUED', 'PROCESSING')
                 order by due_at limit :most for update skip locked),
            claimed as (
                update generation g set due_at = gateway_now() + make_interval(secs => :lease) from due where g.id = due.id
                returning g.id)
            """ + COLUMNS + """
              join claimed on claimed.id = g.id
            """;

    private static final String READ_SINGLY = """
            update generation set due_at = gateway_now()
             where id = any (:ids) and state in ('QUEUED', 'PROCESSING') and due_at is null
            """;

    private static final String LISTED = """
            update generation set due_at = null, missing_since = null where id = :id and state in ('QUEUED', 'PROCESSING')
            """;

    private static final String READ_AGAIN = """
            update generation
               set due_at = gateway_now() + make_interval(secs => :delay),
                   missing_since = case when :found then null else missing_since end
             where id = :id and state in ('QUEUED', 'PROCESSING')
            """;

    private static final String CLAIM_KEPT = """
            update generation g set due_at = gateway_now() + interval '1 day'
              from (select id from generation
                     where upstream = :upstream and due_at <= (select gateway_now()) and state = 'COMPLETED'
                     order by due_at limit 1 for update skip locked) due
             where g.id = due.id
            returning g.id, g.upstream_job_id
            """;

    private static final String EXPIRED = "update generation set expired = true, due_at = null where id = :id";

    private final JdbcClient jdbc;
    private final Apiframe apiframe;
    private final TrackingSettings settings;

    TrackingRepository(JdbcClient jdbc, Apiframe apiframe, TrackingSettings settings) {
        this.jdbc = jdbc;
        this.apiframe = apiframe;
        this.settings = settings;
    }

    /** @return whether a sweep is due and this replica's */
    boolean claimSweep() {
        return jdbc.sql(CLAIM_SWEEP)
                        .param("upstream", apiframe.upstream())
                        .param("lease", SqlTimes.seconds(settings.lease()))
                        .update()
                == 1;
    }

    void extendSweep() {
        jdbc.sql(EXTEND_SWEEP)
                .param("upstream", apiframe.upstream())
                .param("lease", SqlTimes.seconds(settings.lease()))
                .update();
    }

    /** @param next until the next sweep, which comes sooner if the vendor has called meanwhile */
    void endSweep(Duration next) {
        jdbc.sql(END_SWEEP)
                .param("upstream", apiframe.upstream())
                .param("soon", SqlTimes.seconds(settings.interval()))
                .param("next", SqlTimes.seconds(next))
                .update();
    }

    /** Lets the next sweep come soon, and repeats at once what the vendor may have without our knowing. */
    void hint(VendorIdempotencyKey key) {
        jdbc.sql(HINT)
                .param("upstream", apiframe.upstream())
                .param("soon", SqlTimes.seconds(settings.interval()))
                .query((_, _) -> true)
                .list();
        jdbc.sql(REPEAT_NOW)
                .param("key", key.value())
                .param("upstream", apiframe.upstream())
                .update();
    }

    List<OpenJob> open() {
        return jdbc.sql(OPEN)
                .param("upstream", apiframe.upstream())
                .query((row, _) -> openJob(row))
                .list();
    }

    List<OpenJob> claimStragglers(int most) {
        return jdbc.sql(CLAIM_STRAGGLERS)
                .param("upstream", apiframe.upstream())
                .param("lease", SqlTimes.seconds(settings.lease()))
                .param("most", most)
                .query((row, _) -> openJob(row))
                .list();
    }

    private static OpenJob openJob(ResultSet row) throws SQLException {
        return new OpenJob(
                new GenerationId(row.getObject("id", UUID.class)),
                new VendorJobId(row.getObject("upstream_job_id", UUID.class)),
                VendorJob.Status.valueOf(row.getString("state")),
                row.getObject("progress", Integer.class),
                SqlTimes.instant(row, "created_at"),
                Duration.ofMillis(Math.round(row.getDouble("age_seconds") * 1000)),
                row.getBoolean("overdue"),
                row.getBoolean("straggler"),
                row.getBoolean("tells_progress"),
                row.getBoolean("watched"));
    }

    void readSingly(Collection<GenerationId> ids) {
        if (!ids.isEmpty()) {
            jdbc.sql(READ_SINGLY)
                    .param("ids", ids.stream().map(GenerationId::value).toArray(UUID[]::new))
                    .update();
        }
    }

    void listed(GenerationId id) {
        jdbc.sql(LISTED).param("id", id.value()).update();
    }

    /** @param found whether the vendor knew the job this time */
    void readAgain(GenerationId id, Duration delay, boolean found) {
        jdbc.sql(READ_AGAIN)
                .param("id", id.value())
                .param("found", found)
                .param("delay", SqlTimes.seconds(delay))
                .update();
    }

    /** A completed job whose images the vendor may have purged; it is due again in a day. Empty if none is due. */
    List<KeptJob> claimKept() {
        return jdbc.sql(CLAIM_KEPT)
                .param("upstream", apiframe.upstream())
                .query((row, _) -> new KeptJob(
                        new GenerationId(row.getObject("id", UUID.class)),
                        new VendorJobId(row.getObject("upstream_job_id", UUID.class))))
                .list();
    }

    record KeptJob(GenerationId id, VendorJobId job) {}

    void expired(GenerationId id) {
        jdbc.sql(EXPIRED).param("id", id.value()).update();
    }
}
