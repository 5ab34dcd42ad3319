package io.klinggateway.erasure;

import io.klinggateway.generation.Erasure;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.SqlTimes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of orders to erase what a tenant has asked for and got. */
@Repository
class TenantErasureRepository {

    private static final String ADD = """
            insert into tenant_erasure (id, tenant_id, asked_by, reason) values (:id, :tenant, :askedBy, :reason)
            """;

    private static final String LATEST = """
            select e.*, (select count(*) from generation g
                          where g.tenant_id = e.tenant_id and g.captured_credits is null and g.created_at <= e.until
                            and e.finished_at is null) as open_jobs
              from tenant_erasure e where e.tenant_id = :tenant order by e.until desc limit 1
            """;

    private static final String OPEN = "select id from tenant_erasure where finished_at is null order by until";

    /** What is between the two moments has not been looked at. */
    private static final String EXTEND = """
            update tenant_erasure
               set until = gateway_now(), asked_by = :askedBy, reason = :reason, last_walk = false,
                   ended_from = least(ended_from, until)
             where tenant_id = :tenant and finished_at is null
            """;

    private static final String LOCK = """
            select id, tenant_id, until, walked_time, walked_id, last_walk, ended_from from tenant_erasure
             where id = :id and finished_at is null for update skip locked
            """;

    /** An admission that was under way at the moment itself may be committed a little later. */
    private static final String ALL_ENDED = """
            select gateway_now() > :until + interval '1 minute'
               and not exists (select from generation
                                where tenant_id = :tenant and captured_credits is null and created_at <= :until)
               and not exists (select from generation
                                where tenant_id = :tenant and upstream_request is not null and created_at <= :until
                                  and completed_at > (select gateway_now() - make_interval(secs => :rest)))
               and not exists (select from upload where tenant_id = :tenant and created_at <= :until)
            """;

    /** What ends at this moment may be committed a little later. */
    private static final String PROGRESS = """
            update tenant_erasure
               set walked_time = :walkedTime, walked_id = :walkedId, erased_jobs = erased_jobs + :jobs,
                   erased_uploads = erased_uploads + :uploads,
                   ended_from = case when :caughtUp
                       then gateway_now() - make_interval(secs => :rest) - interval '1 minute' else ended_from end
             where id = :id
            """;

    private static final String WALK_ONCE_MORE = """
            update tenant_erasure set walked_time = default, walked_id = default, last_walk = true where id = :id
            """;

    private static final String FINISH = "update tenant_erasure set finished_at = gateway_now() where id = :id";

    private final JdbcClient jdbc;

    TenantErasureRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * @param walked up to which of the tenant's jobs, by their time, nothing is left to erase of those that had ended
     * @param lastWalk whether all had ended when it began to walk
     * @param endedFrom no request is left of what ended before
     */
    record OpenErasure(
            UUID id, TenantId tenant, Instant until, PageCursor walked, boolean lastWalk, Instant endedFrom) {}

    void add(TenantId tenant, String askedBy, String reason) {
        jdbc.sql(ADD)
                .param("id", UUID.randomUUID())
                .param("tenant", tenant.value())
                .param("askedBy", askedBy)
                .param("reason", reason)
                .update();
    }

    /** @return whether one is open: it goes on to this moment now, at the wish of who has asked again */
    boolean extend(TenantId tenant, String askedBy, String reason) {
        return jdbc.sql(EXTEND)
                        .param("tenant", tenant.value())
                        .param("askedBy", askedBy)
                        .param("reason", reason)
                        .update()
                == 1;
    }

    Optional<TenantErasure> latest(TenantId tenant) {
        return jdbc.sql(LATEST)
                .param("tenant", tenant.value())
                .query((row, _) -> new TenantErasure(
                        row.getObject("id", UUID.class),
                        SqlTimes.instant(row, "until"),
                        row.getString("asked_by"),
                        row.getString("reason"),
                        row.getLong("erased_jobs"),
                        row.getLong("erased_uploads"),
                        row.getLong("open_jobs"),
                        SqlTimes.instantOrNull(row, "finished_at")))
                .optional();
    }

    /** Those that are not finished, the oldest first. */
    List<UUID> open() {
        return jdbc.sql(OPEN).query((row, _) -> row.getObject("id", UUID.class)).list();
    }

    /** @return empty if another replica has it, or has finished it */
    Optional<OpenErasure> lock(UUID id) {
        return jdbc.sql(LOCK).param("id", id).query((row, _) -> erasure(row)).optional();
    }

    private static OpenErasure erasure(ResultSet row) throws SQLException {
        return new OpenErasure(
                row.getObject("id", UUID.class),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                SqlTimes.instant(row, "until"),
                new PageCursor(SqlTimes.instant(row, "walked_time"), row.getObject("walked_id", UUID.class)),
                row.getBoolean("last_walk"),
                SqlTimes.instant(row, "ended_from"));
    }

    /** Whether none of its jobs is open or has just ended, nor can be added any more, and the vendor has none of its uploads. */
    boolean allEnded(OpenErasure order) {
        return jdbc.sql(ALL_ENDED)
                .param("tenant", order.tenant().value())
                .param("until", SqlTimes.timestamp(order.until()))
                .param("rest", Erasure.REST.toSeconds())
                .query(Boolean.class)
                .single();
    }

    /** @param caughtUp whether no request is left of what ended until now, but for what has just ended */
    void progress(OpenErasure order, PageCursor walked, int jobs, int uploads, boolean caughtUp) {
        jdbc.sql(PROGRESS)
                .param("id", order.id())
                .param("walkedTime", SqlTimes.timestamp(walked.createdAt()))
                .param("walkedId", walked.id())
                .param("jobs", jobs)
                .param("uploads", uploads)
                .param("caughtUp", caughtUp)
                .param("rest", Erasure.REST.toSeconds())
                .update();
    }

    void walkOnceMore(OpenErasure order) {
        jdbc.sql(WALK_ONCE_MORE).param("id", order.id()).update();
    }

    void finish(OpenErasure order) {
        jdbc.sql(FINISH).param("id", order.id()).update();
    }
}
