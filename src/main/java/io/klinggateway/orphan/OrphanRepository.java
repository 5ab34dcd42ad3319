package io.klinggateway.orphan;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.support.SqlTimes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The orphans of this gateway's vendor, and how far its list was read. */
@Repository
class OrphanRepository {

    private static final String COLUMNS = """
            select upstream_job_id, cause, status, credits, created_at, recorded_at, generation_id, resolution, resolved_at
              from orphan_job
             where upstream = :upstream
            """;

    private static final String LIST = COLUMNS + """
               and (:all or resolution is null)
               and (created_at, upstream_job_id) < (coalesce(cast(:beforeTime as timestamptz), 'infinity'), :beforeId)
             order by created_at desc, upstream_job_id desc
             limit :most
            """;

    private static final String FIND = COLUMNS + " and upstream_job_id = :job";

    private static final String UNDER_WAY = COLUMNS + """
               and resolution is null and coalesce(status, 'QUEUED') in ('QUEUED', 'PROCESSING', 'MISSING')
               and (looked_at is null or looked_at < gateway_now() - make_interval(secs => :interval))
             order by looked_at nulls first, created_at
             limit :most
            """;

    /** A job whose generation had ended is no unknown one, and what is resolved is settled. */
    private static final String FORGOTTEN = """
            select asked.id from unnest(:ids) as asked (id)
             where not exists (select from generation g where g.upstream = :upstream and g.upstream_job_id = asked.id)
               and not exists (select from orphan_job o
                                where o.upstream = :upstream and o.upstream_job_id = asked.id
                                  and (o.resolution is not null or o.cause = 'ENDED'))
            """;

    private static final String RECORD = """
            insert into orphan_job (upstream, upstream_job_id, cause, status, credits, created_at)
            values (:upstream, :job, 'UNKNOWN', :status, :credits, coalesce(cast(:createdAt as timestamptz), gateway_now()))
            on conflict do nothing
            """;

    private static final String SHOWN = """
            update orphan_job
               set status = :status, credits = :credits, looked_at = gateway_now(),
                   resolution = case when :free then 'FREE' end, resolved_at = case when :free then gateway_now() end
             where upstream = :upstream and upstream_job_id = :job and resolution is null
            """;

    private static final String NOT_SHOWN = """
            update orphan_job
               set looked_at = gateway_now(), status = case when :missing then 'MISSING' else status end
             where upstream = :upstream and upstream_job_id = :job and resolution is null
            """;

    private static final String RESOLVE = """
            update orphan_job
               set resolution = :resolution, resolved_at = gateway_now(), generation_id = coalesce(:generation, generation_id)
             where upstream = :upstream and upstream_job_id = :job and resolution is null
            """;

    /** One that was recorded at the moment at which its generation heard of it. */
    private static final String FIND_GENERATIONS = """
            update orphan_job o
               set resolution = 'FOUND', resolved_at = gateway_now(), generation_id = g.id
              from generation g
             where o.upstream = :upstream and o.resolution is null
               and g.upstream = o.upstream and g.upstream_job_id = o.upstream_job_id
            """;

    private static final String CLAIM = """
            insert into vendor_list_check as known (upstream, read_until, reading_until, due_at)
            values (:upstream, gateway_now(), gateway_now() - make_interval(secs => :grace),
                    gateway_now() + make_interval(secs => :lease))
            on conflict (upstream) do update
               set due_at = excluded.due_at,
                   reading_until = case when known.cursor is null then excluded.reading_until else known.reading_until end
             where known.due_at <= gateway_now()
            returning read_until, reading_until, cursor,
                      coalesce(checked_at, read_until) < gateway_now() - make_interval(secs => 2 * :interval) as late
            """;

    private static final String READ_ON = """
            update vendor_list_check
               set cursor = :cursor, due_at = gateway_now() + make_interval(secs => :pause)
             where upstream = :upstream
            """;

    private static final String EXTEND = """
            update vendor_list_check set due_at = gateway_now() + make_interval(secs => :lease) where upstream = :upstream
            """;

    private static final String END = """
            update vendor_list_check
               set due_at = gateway_now() + make_interval(secs => :next), read_until = greatest(read_until, :readUntil), cursor = null,
                   checked_at = gateway_now()
             where upstream = :upstream
            """;

    /** Some attempt of theirs may have brought a job, and nobody knows which. */
    private static final String UNANSWERED = """
            from generation g
             where g.upstream = :upstream and g.upstream_job_id is null
               and (g.state = 'SENDING' and g.in_doubt or g.state = 'IN_REVIEW')
            """;

    private static final String POSSIBLE_OWNERS = "select g.id " + UNANSWERED + """
               and exists (select from orphan_job o
                            where o.upstream = :upstream and o.upstream_job_id = :job and o.cause = 'UNKNOWN'
                              and g.created_at between o.created_at - interval '2 days' and o.created_at + interval '1 minute')
             order by g.created_at
             limit 5
            """;

    /** What may be one of theirs will show with their end. */
    private static final String SUMMARY = """
            with sure as (
                select o.credits from orphan_job o
                 where o.upstream = :upstream and o.resolution is null
                   and (o.cause = 'ENDED' or not exists (
                       select\s""" + UNANSWERED + """
                          and g.created_at between o.created_at - interval '2 days' and o.created_at + interval '1 minute')))
            select (select count(*) from sure) as jobs, (select coalesce(sum(credits), 0) from sure) as credits,
                   (select extract(epoch from gateway_now() - checked_at) from vendor_list_check
                     where upstream = :upstream) as age_seconds
            """;

    private static final UUID HIGHEST_ID = new UUID(-1, -1);

    private final JdbcClient jdbc;
    private final Apiframe apiframe;

    OrphanRepository(JdbcClient jdbc, Apiframe apiframe) {
        this.jdbc = jdbc;
        this.apiframe = apiframe;
    }

    private JdbcClient.StatementSpec sql(String statement) {
        return jdbc.sql(statement).param("upstream", apiframe.upstream());
    }

    /**
     * Newest first.
     *
     * @param all those that are resolved, too
     */
    List<OrphanJob> list(boolean all, @Nullable Instant beforeTime, @Nullable UUID beforeId, int most) {
        return sql(LIST)
                .param("all", all)
                .param("beforeTime", SqlTimes.timestamp(beforeTime))
                .param("beforeId", beforeId == null ? HIGHEST_ID : beforeId)
                .param("most", most)
                .query((row, _) -> orphan(row))
                .list();
    }

    Optional<OrphanJob> find(VendorJobId job) {
        return sql(FIND)
                .param("job", job.value())
                .query((row, _) -> orphan(row))
                .optional();
    }

    /**
     * Those that have not ended, as far as is known; first what was not looked at for the longest time.
     *
     * @param interval what was looked at more recently is left out, so that a list that fails costs no more looks
     */
    List<OrphanJob> underWay(Duration interval, int most) {
        return sql(UNDER_WAY)
                .param("interval", SqlTimes.seconds(interval))
                .param("most", most)
                .query((row, _) -> orphan(row))
                .list();
    }

    /** Of these jobs, those that no generation has or had, and that are not resolved. */
    Set<VendorJobId> forgotten(Collection<VendorJob> jobs) {
        return new HashSet<>(sql(FORGOTTEN)
                .param("ids", jobs.stream().map(job -> job.id().value()).toArray(UUID[]::new))
                .query((row, _) -> new VendorJobId(row.getObject("id", UUID.class)))
                .list());
    }

    /** @return false if it was recorded before */
    boolean record(VendorJob job) {
        return sql(RECORD)
                        .param("job", job.id().value())
                        .param("status", job.status().name())
                        .param("credits", credits(job), Types.BIGINT)
                        .param("createdAt", SqlTimes.timestamp(job.createdAt()))
                        .update()
                == 1;
    }

    /** @param free whether the vendor took nothing for it: then it is resolved */
    void shown(VendorJob job, boolean free) {
        sql(SHOWN)
                .param("job", job.id().value())
                .param("status", job.status().name())
                .param("credits", credits(job), Types.BIGINT)
                .param("free", free)
                .update();
    }

    /** @param missing whether the vendor knows no such job, so far as it can be asked */
    void notShown(VendorJobId job, boolean missing) {
        sql(NOT_SHOWN).param("job", job.value()).param("missing", missing).update();
    }

    /** @return false if it was resolved before */
    boolean resolve(VendorJobId job, String resolution, @Nullable GenerationId generation) {
        return sql(RESOLVE)
                        .param("job", job.value())
                        .param("resolution", resolution)
                        .param("generation", generation == null ? null : generation.value(), Types.OTHER)
                        .update()
                == 1;
    }

    /** The generations that may turn out to have it: they were admitted before it was made, and have no certain answer. */
    List<GenerationId> possibleOwners(VendorJobId job) {
        return sql(POSSIBLE_OWNERS)
                .param("job", job.value())
                .query((row, _) -> new GenerationId(row.getObject("id", UUID.class)))
                .list();
    }

    void findGenerations() {
        sql(FIND_GENERATIONS).update();
    }

    /**
     * @param readUntil every job that is older was held against the books
     * @param sureUntil a job that is older and not in the books is forgotten
     * @param cursor of the page to be read; null: the first
     * @param late whether the last check was so long ago that this one cannot wait for others
     */
    record ListCheck(
            Instant readUntil, Instant sureUntil, @Nullable String cursor, boolean late) {}

    /** Empty if no check is due, or another replica is at it. */
    Optional<ListCheck> claimCheck(Duration lease, Duration grace, Duration interval) {
        return sql(CLAIM)
                .param("lease", SqlTimes.seconds(lease))
                .param("grace", SqlTimes.seconds(grace))
                .param("interval", SqlTimes.seconds(interval))
                .query((row, _) -> new ListCheck(
                        SqlTimes.instant(row, "read_until"),
                        SqlTimes.instant(row, "reading_until"),
                        row.getString("cursor"),
                        row.getBoolean("late")))
                .optional();
    }

    void extendCheck(Duration lease) {
        sql(EXTEND).param("lease", SqlTimes.seconds(lease)).update();
    }

    /** @param cursor of the page that is read after the pause; null: the first */
    void readOn(@Nullable String cursor, Duration pause) {
        sql(READ_ON)
                .param("cursor", cursor, Types.VARCHAR)
                .param("pause", SqlTimes.seconds(pause))
                .update();
    }

    void endCheck(Instant readUntil, Duration next) {
        sql(END).param("readUntil", SqlTimes.timestamp(readUntil))
                .param("next", SqlTimes.seconds(next))
                .update();
    }

    /** @param ageSeconds of the last check; null before the first */
    record Summary(long jobs, long credits, @Nullable Double ageSeconds) {}

    Summary summary() {
        return sql(SUMMARY)
                .query((row, _) -> new Summary(
                        row.getLong("jobs"),
                        row.getLong("credits"),
                        row.getObject("age_seconds") == null ? null : row.getDouble("age_seconds")))
                .single();
    }

    private static @Nullable Long credits(VendorJob job) {
        Credits charged = job.charged();
        return charged == null ? null : charged.amount();
    }

    private static OrphanJob orphan(ResultSet row) throws SQLException {
        return new OrphanJob(
                row.getObject("upstream_job_id", UUID.class),
                row.getString("cause"),
                row.getString("status"),
                row.getObject("credits", Long.class),
                SqlTimes.instant(row, "created_at"),
                SqlTimes.instant(row, "recorded_at"),
                row.getObject("generation_id", UUID.class),
                row.getString("resolution"),
                SqlTimes.instantOrNull(row, "resolved_at"));
    }
}
