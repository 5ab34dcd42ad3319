package io.klinggateway.job;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.generation.StoredJob;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.Columns;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.SqlTimes;
import java.sql.Types;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Reads tenants' jobs. Every query carries the tenant. */
@Repository
class JobRepository {

    private static final String SELECT = "select " + StoredJob.COLUMNS;

    /** A job that is being sent is known only to the caller who has its 202, even if that is not on record yet. */
    private static final String FIND = SELECT + """
              from generation
             where id = :id and tenant_id = :tenant and (acknowledged or state in ('WAITING', 'SENDING'))
            """;

    private static final String FIND_EACH = SELECT + " from generations_of(:tenants, :ids)";

    private static final String GLANCE = """
            select g.id, generation_status(g.state, g.upstream_job_id) as status, g.progress
              from generations_of(:tenants, :ids) g
            """;

    private static final String WATCH = """
            update generation g set watched_until = gateway_now() + make_interval(secs => :secs)
              from (select w.id from unnest(:tenants::uuid[], :ids::uuid[]) as asked (tenant_id, id)
                      join generation w on w.tenant_id = asked.tenant_id and w.id = asked.id
                     where w.captured_credits is null
                     order by w.id for no key update of w skip locked) watched
             where g.id = watched.id
            """;

    private static final String LOOK_SOON = "select sweep_hint(:upstream, make_interval(secs => :soon))";

    private static final String OF_TENANT = SELECT + """
              from generation
             where tenant_id = :tenant and acknowledged
            """;

    /** Few however long the history is, which is not walked along for them. */
    private static final String OPEN_OF_TENANT = SELECT + """
              from (select * from generation where tenant_id = :tenant and captured_credits is null offset 0) g
             where acknowledged and generation_status(state, upstream_job_id) = :status
            """;

    private static final String PAGE = """
               and (created_at, id) < (coalesce(cast(:beforeTime as timestamptz), 'infinity'), :beforeId)
             order by created_at desc, id desc
             limit :most
            """;

    private static final String LIST = OF_TENANT + PAGE;
    private static final String LIST_OPEN = OPEN_OF_TENANT + PAGE;
    private static final String LIST_COMPLETED = OF_TENANT + "and state = 'COMPLETED'\n" + PAGE;
    private static final String LIST_FAILED = OF_TENANT + "and state = 'FAILED'\n" + PAGE;
    private static final String LIST_CANCELLED = OF_TENANT + "and state = 'CANCELLED'\n" + PAGE;

    private static final String MATCHING = """
               and (cast(:status as text) is null or generation_status(state, upstream_job_id) = :status)
               and (cast(:labels as jsonb) is null or labels @> cast(:labels as jsonb))
            """;

    /** A statement of its own, so that the one row is found by its id and not along the tenant's list. */
    private static final String SEARCH = OF_TENANT + "and id = :search\n" + MATCHING + PAGE;

    /** Along the jobs that have one of the labels, however many there are without it. */
    private static final String LIST_LABELLED = SELECT + """
              from (select generation_id, created_at as labelled_at
                      from generation_label
                     where tenant_id = :tenant and name = :labelName and value = :labelValue
                       and (created_at, generation_id) < (coalesce(cast(:beforeTime as timestamptz), 'infinity'), :beforeId)) l
              join generation on id = generation_id
             where acknowledged
            """ + MATCHING + """
             order by labelled_at desc, generation_id desc
             limit :most
            """;

    /**
     * Along the newest of each key that has or had the name. Their tenant is not asked for again: two conditions, of which one
     * follows from the other, look to PostgreSQL as if they left few, and it walks along all of the tenant's.
     */
    private static final String LATEST = SELECT + """
              from (select of_key.*
                      from api_key k
                     cross join lateral (select * from generation
                                          where key_id = k.id and acknowledged
                                          order by created_at desc, id desc
                                          limit :most) of_key
                     where k.tenant_id = :tenant and k.name = :key) g
             order by created_at desc, id desc
             limit :most
            """;

    private static final UUID HIGHEST_ID = new UUID(-1, -1);

    private final JdbcClient jdbc;
    private final Apiframe apiframe;

    JobRepository(JdbcClient jdbc, Apiframe apiframe) {
        this.jdbc = jdbc;
        this.apiframe = apiframe;
    }

    /** A generation, and the tenant that asks for it. */
    record OwnedJob(TenantId tenant, GenerationId id) {}

    /** What a caller was told of by a 202; another tenant's is none. */
    Optional<StoredJob> find(TenantId tenant, GenerationId id) {
        return jdbc.sql(FIND)
                .param("tenant", tenant.value())
                .param("id", id.value())
                .query((row, _) -> StoredJob.of(row))
                .optional();
    }

    /** Those of the jobs that exist, each if it is its tenant's. */
    List<StoredJob> findEach(Collection<OwnedJob> jobs) {
        return of(jobs, jdbc.sql(FIND_EACH))
                .query((row, _) -> StoredJob.of(row))
                .list();
    }

    /** @param status as tenants see it */
    record Glance(GenerationId id, String status, @Nullable Integer progress) {}

    /** As {@link #findEach}, but only what tells whether one has changed. */
    List<Glance> glance(Collection<OwnedJob> jobs) {
        return of(jobs, jdbc.sql(GLANCE))
                .query((row, _) -> new Glance(
                        new GenerationId(row.getObject("id", UUID.class)),
                        row.getString("status"),
                        row.getObject("progress", Integer.class)))
                .list();
    }

    /** Lets the open ones be looked at often for that long, from soon on. */
    void watch(Collection<OwnedJob> jobs, Duration howLong, Duration soon) {
        of(jobs, jdbc.sql(WATCH)).param("secs", SqlTimes.seconds(howLong)).update();
        jdbc.sql(LOOK_SOON)
                .param("upstream", apiframe.upstream())
                .param("soon", SqlTimes.seconds(soon))
                .query((_, _) -> true)
                .list();
    }

    private static JdbcClient.StatementSpec of(Collection<OwnedJob> jobs, JdbcClient.StatementSpec statement) {
        return statement
                .param(
                        "tenants",
                        Columns.of(jobs, UUID[]::new, job -> job.tenant().value()))
                .param("ids", Columns.of(jobs, UUID[]::new, job -> job.id().value()));
    }

    /** Newest first. */
    List<StoredJob> list(TenantId tenant, JobFilter filter, @Nullable PageCursor before, int most) {
        Map.Entry<String, String> label = filter.labels().pairs().isEmpty()
                ? null
                : filter.labels().pairs().firstEntry();
        return jdbc.sql(filter.search() != null ? SEARCH : label != null ? LIST_LABELLED : listOf(filter.status()))
                .param("tenant", tenant.value())
                .param("labelName", label == null ? null : label.getKey())
                .param("labelValue", label == null ? null : label.getValue())
                .param("labels", filter.labels().toJson(), Types.VARCHAR)
                .param(
                        "status",
                        filter.status() == null ? null : filter.status().name())
                .param("search", filter.search())
                .param("beforeTime", SqlTimes.timestamp(before == null ? null : before.createdAt()))
                .param("beforeId", before == null ? HIGHEST_ID : before.id())
                .param("most", most)
                .query((row, _) -> StoredJob.of(row))
                .list();
    }

    /** Newest first. */
    List<StoredJob> latest(TenantId tenant, String keyName, int most) {
        return jdbc.sql(LATEST)
                .param("tenant", tenant.value())
                .param("key", keyName)
                .param("most", most)
                .query((row, _) -> StoredJob.of(row))
                .list();
    }

    private static String listOf(VendorJob.@Nullable Status status) {
        return switch (status) {
            case null -> LIST;
            case QUEUED, PROCESSING -> LIST_OPEN;
            case COMPLETED -> LIST_COMPLETED;
            case FAILED -> LIST_FAILED;
            case CANCELLED -> LIST_CANCELLED;
        };
    }
}
