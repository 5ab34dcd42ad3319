package io.klinggateway.search;

import io.klinggateway.ledger.TenantId;
import io.klinggateway.search.JobQuery.IdRange;
import io.klinggateway.search.JobQuery.JobOutcome;
import io.klinggateway.support.Instants;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.SqlTimes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** Finds jobs, newest first; those that were answered with an error are none. */
@Repository
public class JobSearch {

    /** What was asked for, for its own tenant alone. */
    private static final String COLUMNS = """
            select g.id, t.name as tenant, k.name as key, generation_status(g.state, g.upstream_job_id) as status,
                   g.state = 'IN_REVIEW' as in_review, g.model_name, g.images, g.quoted_credits, g.captured_credits, g.error,
                   g.created_at,
                   case when g.tenant_id = :tenant then g.upstream_request end as request
            """;

    private static final String NAMES = """
              join tenant t on t.id = g.tenant_id
              left join api_key k on k.id = g.key_id
            """;

    private static final String CONDITIONS = """
             where g.promised and <outcome> <tenant>
               and (cast(:model as text) is null or g.model_name = :model)
               and (cast(:labels as jsonb) is null or g.labels @> cast(:labels as jsonb))
               and g.created_at >= :from and g.created_at < :to and g.id between :firstId and :lastId
            """;

    private static final String OF_TENANT = " and g.tenant_id = :tenant ";
    private static final String PAGE = "   and (g.created_at, g.id) < (:beforeTime, :beforeId)\n";
    private static final String NEWEST = " order by g.created_at desc, g.id desc limit :most\n";

    private static final String LIST =
            COLUMNS + " from (select * from generation g\n" + CONDITIONS + PAGE + NEWEST + ") g\n" + NAMES + NEWEST;

    /** The few that are open are found among themselves, and not along the whole history. */
    private static final String LIST_OPEN = COLUMNS
            + " from (select * from (select * from generation g where g.captured_credits is null <tenant> offset 0) g\n"
            + CONDITIONS + PAGE + NEWEST + ") g\n" + NAMES + NEWEST;

    /** Along the newest of each key of that name. */
    private static final String LIST_OF_KEY =
            COLUMNS + """
              from (select of_key.* from api_key named
                     cross join lateral (select * from generation g
            """ + CONDITIONS + PAGE + " and g.key_id = named.id " + NEWEST + """
                     ) of_key
                     where named.name = :key <named of tenant>) g
            """ + NAMES + NEWEST;

    /** Along those that have one of the labels, however many there are without it. */
    private static final String LIST_LABELLED =
            COLUMNS + """
              from (select generation_id, created_at from generation_label l
                     where l.tenant_id = :tenant and l.name = :labelName and l.value = :labelValue
                       and l.created_at >= :from and l.created_at < :to
                       and (l.created_at, l.generation_id) < (:beforeTime, :beforeId)) l
              join generation g on g.id = l.generation_id
            """ + NAMES + CONDITIONS + " <key> order by l.created_at desc, l.generation_id desc limit :most";

    /**
     * Of all teams: ids begin with the time they were made at. Those that a recovery made later than their jobs are found by
     * their key, their team or their id.
     */
    private static final String LIST_OF_ALL = COLUMNS + " from generation g\n" + NAMES + CONDITIONS
            + " and g.id < :beforeId order by g.id desc limit :most";

    private static final String WITH_PROMPT = COLUMNS + """
              from generation_prompt p join generation g on g.id = p.generation_id
            """ + NAMES + CONDITIONS + """
               and p.tenant_id = :tenant and p.words @@ (select prompt_query(:tenant, :words)) <key>
               and p.created_at >= :from and p.created_at < :to
               and (p.created_at, p.generation_id) < (:beforeTime, :beforeId)
             order by p.created_at desc, p.generation_id desc limit :most
            """;

    private static final String BY_VENDORS_ID = """
            select id from generation
             where upstream in (select upstream from upstream_rate) and upstream_job_id = :id and promised
            """;

    private static final String KEYS = """
            select t.name as tenant, k.name, k.prefix, k.revoked_at is null and coalesce(k.expires_at > gateway_now(), true) as live
              from api_key k join tenant t on t.id = k.tenant_id
             where (cast(:tenant as uuid) is null or k.tenant_id = :tenant)
               and (position(:text in k.name) > 0 or starts_with(k.prefix, :prefix))
             order by k.name <> :text, k.created_at desc
             limit :most
            """;

    private static final UUID LOWEST_ID = new UUID(0, 0);
    private static final UUID HIGHEST_ID = new UUID(-1, -1);
    private static final Duration CLOCKS_APART = Duration.ofDays(1);
    private static final int BITS_BELOW_MILLIS = 16;
    private static final int SHORT_ID = 13;

    private final JdbcClient jdbc;

    JobSearch(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A job in a list.
     *
     * @param tenant its name
     * @param key its name; null if it is not known any more
     * @param status as tenants see it
     * @param credits paid, or held while it is open
     * @param error why it failed
     * @param prompt null once it is erased, and for everybody but its tenant
     */
    public record JobLine(
            UUID id,
            String tenant,
            @Nullable String key,
            String status,
            boolean inReview,
            String model,
            int images,
            long credits,
            @Nullable String error,
            Instant createdAt,
            @Nullable String prompt) {

        /** Its beginning, by which it is found again: the millisecond in which it was made. */
        public String shortId() {
            return id.toString().substring(0, SHORT_ID) + "…";
        }
    }

    /**
     * A key by one of its names.
     *
     * @param prefix the key's first characters; null if they are not known
     * @param live whether it is neither revoked nor expired
     */
    public record KeyLine(
            String tenant, String name, @Nullable String prefix, boolean live) {}

    /** @param before where the page begins; null for the newest */
    public Page<JobLine> find(JobQuery query, @Nullable PageCursor before, int most) {
        TenantId tenant = query.tenant();
        var label =
                query.labels().pairs().isEmpty() ? null : query.labels().pairs().firstEntry();
        IdRange ids = ids(query);
        String sql = sql(query)
                .replace("<outcome>", query.outcome().condition())
                .replace("<tenant>", tenant == null ? "" : OF_TENANT)
                .replace("<named of tenant>", tenant == null ? "" : "and named.tenant_id = :tenant")
                .replace("<key>", query.key() == null ? "" : "and k.name = :key");
        List<JobLine> found = jdbc.sql(sql)
                .param("tenant", tenant == null ? null : tenant.value(), Types.OTHER)
                .param("key", query.key())
                .param("model", query.model())
                .param("labels", query.labels().toJson(), Types.VARCHAR)
                .param("labelName", label == null ? null : label.getKey())
                .param("labelValue", label == null ? null : label.getValue())
                .param("words", query.words())
                .param("from", SqlTimes.timestamp(query.from() == null ? Instant.EPOCH : query.from()))
                .param("to", SqlTimes.timestamp(query.to() == null ? Instants.LATEST : query.to()))
                .param("firstId", ids.first())
                .param("lastId", ids.last())
                .param("beforeTime", SqlTimes.timestamp(before == null ? Instants.LATEST : before.createdAt()))
                .param("beforeId", before == null ? HIGHEST_ID : before.id())
                .param("most", most + 1)
                .query((row, _) -> line(row))
                .list();
        return Page.of(found, most, last -> new PageCursor(last.createdAt(), last.id()).encode());
    }

    private static String sql(JobQuery query) {
        if (query.words() != null) {
            return WITH_PROMPT;
        }
        if (!query.labels().pairs().isEmpty() && query.tenant() != null) {
            return LIST_LABELLED;
        }
        if (query.key() != null) {
            return LIST_OF_KEY;
        }
        return query.outcome() == JobOutcome.OPEN ? LIST_OPEN : query.tenant() == null ? LIST_OF_ALL : LIST;
    }

    /** Of all teams' jobs, those of the days that are asked for lie together. */
    private static IdRange ids(JobQuery query) {
        if (query.ids() != null || query.tenant() != null || query.key() != null) {
            return query.ids() == null ? new IdRange(LOWEST_ID, HIGHEST_ID) : query.ids();
        }
        return new IdRange(
                query.from() == null ? LOWEST_ID : idOf(query.from().minus(CLOCKS_APART)),
                query.to() == null ? HIGHEST_ID : idOf(query.to().plus(CLOCKS_APART)));
    }

    /** The lowest of the ids made then: they begin with their time. */
    static UUID idOf(Instant at) {
        return new UUID(Math.max(0, at.toEpochMilli()) << BITS_BELOW_MILLIS, 0);
    }

    /** The job that the vendor knows by this id. */
    public Optional<UUID> findByVendorsId(UUID id) {
        return jdbc.sql(BY_VENDORS_ID).param("id", id).query(UUID.class).optional();
    }

    /**
     * Keys whose name has the text in it, or that begin with it.
     *
     * @param tenant null for those of all
     */
    public List<KeyLine> keys(@Nullable TenantId tenant, String text, int most) {
        return jdbc.sql(KEYS)
                .param("tenant", tenant == null ? null : tenant.value(), Types.OTHER)
                .param("text", text.toLowerCase(Locale.ROOT))
                .param("prefix", text)
                .param("most", most)
                .query((row, _) -> new KeyLine(
                        row.getString("tenant"),
                        row.getString("name"),
                        row.getString("prefix"),
                        row.getBoolean("live")))
                .list();
    }

    private static JobLine line(ResultSet row) throws SQLException {
        Long captured = row.getObject("captured_credits", Long.class);
        return new JobLine(
                row.getObject("id", UUID.class),
                row.getString("tenant"),
                row.getString("key"),
                row.getString("status"),
                row.getBoolean("in_review"),
                row.getString("model_name"),
                row.getInt("images"),
                captured == null ? row.getLong("quoted_credits") : captured,
                row.getString("error"),
                SqlTimes.instant(row, "created_at"),
                prompt(row.getBytes("request")));
    }

    private static @Nullable String prompt(byte @Nullable [] request) {
        return request == null
                ? null
                : JsonMapper.shared().readTree(request).path("prompt").asString("");
    }
}
