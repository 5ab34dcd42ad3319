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
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionOperations;
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

    /** What an index leads along, in the order of the list. */
    private static final String ALONG = """
             where g.acknowledged <tenant> <ended badly>
               and g.created_at >= :from and g.created_at < :to and g.id between :firstId and :lastId
            """;

    /** What is looked at in each of those that an index has led to. */
    private static final String CONDITIONS = """
             where <outcome>
               and (cast(:model as text) is null or g.model_name = :model)
               and (cast(:labels as jsonb) is null or g.labels @> cast(:labels as jsonb))
            """;

    private static final String OF_TENANT = " and g.tenant_id = :tenant ";
    private static final String BEFORE = "   and (g.created_at, g.id) < (:beforeTime, :beforeId)\n";
    private static final String NEWEST = " order by g.created_at desc, g.id desc ";
    private static final String WALK = NEWEST + " limit :walk\n";

    private static final String OF_TENANTS_LIST = "select * from generation g\n" + ALONG + BEFORE + WALK;

    /** The few that are open, or in review, are found among themselves, and not along the whole history. */
    private static final String OF_OPEN =
            "select * from (select * from generation g where <outcome> <tenant> offset 0) g\n" + ALONG + BEFORE + WALK;

    /** Along the newest of each key of that name. */
    private static final String OF_KEY = """
            select g.* from api_key named
             cross join lateral (select * from generation g
            """ + ALONG + BEFORE + " and g.key_id = named.id " + WALK + """
                   ) g
             where named.name = :key <named of tenant>
            """ + WALK;

    /** Along those that have one of the labels, however many there are without it. */
    private static final String LABELLED =
            "select g.* from generation_label l join generation g on g.id = l.generation_id\n" + ALONG + """
               and l.tenant_id = :tenant and l.name = :labelName and l.value = :labelValue
               and l.created_at >= :from and l.created_at < :to
               and (l.created_at, l.generation_id) < (:beforeTime, :beforeId)
             order by l.created_at desc, l.generation_id desc limit :walk
            """;

    /**
     * Of all teams: ids begin with the time they were made at. Those that a recovery made later than their jobs are found by
     * their key, their team or their id.
     */
    private static final String OF_ALL =
            "select * from generation g\n" + ALONG + " and g.id < :beforeId order by g.id desc limit :walk\n";

    private static final String NEWEST_ID = " order by g.id desc ";

    private static final String WITH_PROMPT = COLUMNS + """
              from generation_prompt p join generation g on g.id = p.generation_id
            """ + NAMES + CONDITIONS + """
               and g.acknowledged and g.tenant_id = :tenant and g.id between :firstId and :lastId
               and p.tenant_id = :tenant and p.words @@ (select prompt_query(:tenant, :words)) <key>
               and p.created_at >= :from and p.created_at < :to
               and (p.created_at, p.generation_id) < (:beforeTime, :beforeId)
             order by p.created_at desc, p.generation_id desc limit :most
            """;

    /** A plan for one word, one team or one model is a bad one for another: each search has its own. */
    private static final String PLAN_EACH = "select set_config('plan_cache_mode', 'force_custom_plan', true)";

    private static final String KNOWN = """
            select id from generation where id = :id
            union all
            select id from generation
             where upstream in (select upstream from upstream_rate) and upstream_job_id = :id and acknowledged
             limit 1
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

    /** So many are looked at for one page, however few of them are what is looked for. */
    private static final int MOST_WALKED = 10_000;

    /** For each line of a page, so many are looked at first: what is common is then found at little cost. */
    private static final int FEW_WALKED = 20;

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;

    JobSearch(JdbcClient jdbc, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
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
            @Nullable String prompt) {}

    /**
     * A key by one of its names.
     *
     * @param prefix the key's first characters; null if they are not known
     * @param live whether it is neither revoked nor expired
     */
    public record KeyLine(
            String tenant, String name, @Nullable String prefix, boolean live) {}

    /**
     * A page of what was found.
     *
     * @param lookedBackTo how far, if that is why there are no more on the page; null if it is full, or the last one
     */
    public record FoundJobs(Page<JobLine> page, @Nullable Instant lookedBackTo) {}

    /** @param before where the page begins; null for the newest */
    public FoundJobs find(JobQuery query, @Nullable PageCursor before, int most) {
        return Objects.requireNonNull(transactions.execute(_ -> {
            jdbc.sql(PLAN_EACH).query(String.class).single();
            return findPlanned(query, before, most);
        }));
    }

    private FoundJobs findPlanned(JobQuery query, @Nullable PageCursor before, int most) {
        boolean each = looksAtEach(query);
        int walk = each ? FEW_WALKED * (most + 1) : most + 1;
        List<JobLine> found = walked(query, before, most, walk);
        if (each && found.size() <= most && walk < MOST_WALKED) {
            walk = MOST_WALKED;
            found = walked(query, before, most, walk);
        }
        Page<JobLine> page = Page.of(found, most, last -> new PageCursor(last.createdAt(), last.id()).encode());
        PageCursor end = found.size() > most || walk <= most + 1 ? null : endOfWalk(query, before, most, walk);
        return end == null
                ? new FoundJobs(page, null)
                : new FoundJobs(new Page<>(page.items(), end.encode()), end.createdAt());
    }

    private List<JobLine> walked(JobQuery query, @Nullable PageCursor before, int most, int walk) {
        return bind(jdbc.sql(sql(query)), query, before, most, walk)
                .query((row, _) -> line(row))
                .list();
    }

    /** The last one that was looked at; null if that was the last of all. */
    private @Nullable PageCursor endOfWalk(JobQuery query, @Nullable PageCursor before, int most, int walk) {
        String sql = placed("select g.created_at, g.id from (" + along(query) + ") g" + newest(query), query)
                + " offset :walk - 1 limit 1";
        return bind(jdbc.sql(sql), query, before, most, walk)
                .query((row, _) -> new PageCursor(SqlTimes.instant(row, "created_at"), row.getObject("id", UUID.class)))
                .optional()
                .orElse(null);
    }

    private static StatementSpec bind(
            StatementSpec statement, JobQuery query, @Nullable PageCursor before, int most, int walk) {
        TenantId tenant = query.tenant();
        var label =
                query.labels().pairs().isEmpty() ? null : query.labels().pairs().firstEntry();
        IdRange ids = ids(query);
        return statement
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
                .param("walk", walk)
                .param("most", most + 1);
    }

    /** Whether it asks for more than an index leads along: what it looks for may be rare, or be nowhere. */
    private static boolean looksAtEach(JobQuery query) {
        if (query.words() != null) {
            return false;
        }
        int labels = query.labels().pairs().size();
        boolean labelled = isLabelled(query);
        boolean otherLabels = labels > (labelled ? 1 : 0);
        boolean outcome = query.outcome() != JobOutcome.ANY
                && (labelled || query.key() != null || query.outcome() == JobOutcome.COMPLETED);
        return query.model() != null || otherLabels || outcome || (labelled && query.key() != null);
    }

    private static boolean isLabelled(JobQuery query) {
        return query.tenant() != null && !query.labels().pairs().isEmpty();
    }

    private static String sql(JobQuery query) {
        return placed(
                query.words() != null
                        ? WITH_PROMPT
                        : COLUMNS + " from (select * from (" + along(query) + ") g\n" + CONDITIONS + " <of key> "
                                + newest(query) + " limit :most) g\n" + NAMES + newest(query),
                query);
    }

    /** Of all teams, many keys may have the name: their newest are found along each, what is rare among all jobs. */
    private static String along(JobQuery query) {
        if (isLabelled(query)) {
            return LABELLED;
        }
        if (query.outcome().isFew()) {
            return OF_OPEN;
        }
        boolean ofKey =
                query.key() != null && !query.outcome().endedBadly() && (query.tenant() != null || !looksAtEach(query));
        return ofKey ? OF_KEY : query.tenant() == null ? OF_ALL : OF_TENANTS_LIST;
    }

    private static String newest(JobQuery query) {
        return along(query).equals(OF_ALL) ? NEWEST_ID : NEWEST;
    }

    private static String placed(String sql, JobQuery query) {
        boolean indexed = query.outcome().endedBadly() && !isLabelled(query);
        boolean elsewhere = query.key() != null && !along(query).equals(OF_KEY);
        return sql.replace(
                        "<of key>",
                        elsewhere
                                ? "and g.key_id in (select named.id from api_key named where named.name = :key <named of tenant>)"
                                : "")
                .replace("<ended badly>", indexed ? "and " + query.outcome().condition() : "")
                .replace("<outcome>", query.outcome().condition())
                .replace("<tenant>", query.tenant() == null ? "" : OF_TENANT)
                .replace("<named of tenant>", query.tenant() == null ? "" : "and named.tenant_id = :tenant")
                .replace("<key>", query.key() == null ? "" : "and k.name = :key");
    }

    /** Of all teams' jobs, those of the days that are asked for lie together. */
    private static IdRange ids(JobQuery query) {
        if (query.ids() != null || !along(query).equals(OF_ALL)) {
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

    /** The job of this id, by which it may be known here or to the vendor. */
    public Optional<UUID> findById(UUID id) {
        return jdbc.sql(KNOWN).param("id", id).query(UUID.class).optional();
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
