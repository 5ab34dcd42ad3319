package io.klinggateway.admin;

import io.klinggateway.problem.RequestId;
import io.klinggateway.signin.Role;
import io.klinggateway.support.Instants;
import io.klinggateway.support.SqlTimes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/** Who changed what. Append-only; an entry stands or falls with the change that it tells of. */
@Repository
public class AuditLog {

    private static final String RECORD = """
            insert into audit_entry
                   (actor, way_in, role, person, action, tenant, subject, before, after, reason, request_id)
            values (:actor, :wayIn, :role, :person, :action, :tenant, :subject, cast(:before as jsonb), cast(:after as jsonb),
                    :reason, :requestId)
            """;

    private static final String COLUMNS = """
            select seq, at, actor, way_in, role, person, action, tenant, subject, before, after, reason, request_id
              from audit_entry
            """;

    private static final String PAGE = COLUMNS + """
             where seq > :after
               and transaction_id < pg_snapshot_xmin(pg_current_snapshot())
               and (cast(:tenant as text) is null or tenant = :tenant)
               and (cast(:actor as text) is null or actor = :actor)
               and at >= coalesce(cast(:from as timestamptz), '-infinity')
               and at < coalesce(cast(:to as timestamptz), 'infinity')
             order by seq
             limit :most
            """;

    private static final String LATEST = COLUMNS + """
             where seq < :before
               and (cast(:tenant as text) is null or tenant = :tenant)
               and (cast(:actor as text) is null or lower(actor) = :actor)
               and (cast(:about as text) is null or split_part(action, '.', 1) = :about)
               and at >= :from and at < :to
             order by seq desc
             limit :most
            """;

    /** No one plan, that an index can serve, is for all of the conditions: each look has its own. */
    private static final String PLAN_EACH = "select set_config('plan_cache_mode', 'force_custom_plan', true)";

    private static final String OF_REQUEST = COLUMNS + """
            where request_id = :requestId order by seq limit :most
            """;

    private final JdbcClient jdbc;
    private final OperatorJson json;

    AuditLog(JdbcClient jdbc, OperatorJson json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** What was done, and to what. */
    record Action(
            String name,
            @Nullable String tenant,
            @Nullable String subject,
            @Nullable String reason) {

        static Action of(String name, String tenant) {
            return new Action(name, tenant, null, null);
        }

        static Action ofNoTenant(String name) {
            return new Action(name, null, null, null);
        }

        Action about(Object what) {
            return new Action(name, tenant, what.toString(), reason);
        }

        Action because(String why) {
            return new Action(name, tenant, subject, why);
        }
    }

    /**
     * @param before how it was; null if it was not there
     * @param after how it is now; null if nothing is left to tell
     */
    @Transactional(propagation = Propagation.MANDATORY)
    void record(Actor actor, Action action, @Nullable Object before, @Nullable Object after) {
        jdbc.sql(RECORD)
                .param("actor", actor.name())
                .param("wayIn", actor.wayIn().name())
                .param("role", actor.role() == null ? null : actor.role().name())
                .param("person", actor.person())
                .param("action", action.name())
                .param("tenant", action.tenant())
                .param("subject", action.subject())
                .param("before", before == null ? null : json.tree(before).toString())
                .param("after", after == null ? null : json.tree(after).toString())
                .param("reason", action.reason())
                .param("requestId", RequestId.current())
                .update();
    }

    /** Which entries; null leaves a condition out. */
    record Filter(
            @Nullable String tenant,
            @Nullable String actor,
            @Nullable Instant from,
            @Nullable Instant to,
            long afterSeq) {}

    /** Oldest first. An entry appears once every transaction that began before its own has ended. */
    List<AuditEntry> page(Filter filter, int most) {
        return jdbc.sql(PAGE)
                .param("after", filter.afterSeq())
                .param("tenant", filter.tenant())
                .param("actor", filter.actor())
                .param("from", SqlTimes.timestamp(filter.from()))
                .param("to", SqlTimes.timestamp(filter.to()))
                .param("most", most)
                .query((row, _) -> entry(row))
                .list();
    }

    /**
     * Which entries to look at; null leaves a condition out.
     *
     * @param tenant its name
     * @param actor in lower case: the case of an actor does not matter
     * @param about what actions' names begin with, up to their dot, such as {@code key}
     * @param to exclusive
     */
    public record AuditQuery(
            @Nullable String tenant,
            @Nullable String actor,
            @Nullable String about,
            @Nullable Instant from,
            @Nullable Instant to) {}

    /** Newest first, for looking at: an entry that is written late may stand above what was shown. */
    @Transactional
    public List<AuditEntry> latest(AuditQuery wanted, long beforeSeq, int most) {
        jdbc.sql(PLAN_EACH).query(String.class).single();
        return jdbc.sql(LATEST)
                .param("before", beforeSeq)
                .param("tenant", wanted.tenant())
                .param("actor", wanted.actor())
                .param("about", wanted.about())
                .param("from", SqlTimes.timestamp(wanted.from() == null ? Instant.EPOCH : wanted.from()))
                .param("to", SqlTimes.timestamp(wanted.to() == null ? Instants.LATEST : wanted.to()))
                .param("most", most)
                .query((row, _) -> entry(row))
                .list();
    }

    /** What came of one request. */
    public List<AuditEntry> ofRequest(String requestId, int most) {
        return jdbc.sql(OF_REQUEST)
                .param("requestId", requestId)
                .param("most", most)
                .query((row, _) -> entry(row))
                .list();
    }

    private AuditEntry entry(ResultSet row) throws SQLException {
        String role = row.getString("role");
        return new AuditEntry(
                row.getLong("seq"),
                SqlTimes.instant(row, "at"),
                row.getString("actor"),
                Actor.WayIn.valueOf(row.getString("way_in")),
                role == null ? null : Role.valueOf(role),
                row.getString("person"),
                row.getString("action"),
                row.getString("tenant"),
                row.getString("subject"),
                state(row, "before"),
                state(row, "after"),
                row.getString("reason"),
                row.getString("request_id"));
    }

    private @Nullable JsonNode state(ResultSet row, String column) throws SQLException {
        String stored = row.getString(column);
        return stored == null ? null : json.parse(stored);
    }
}
