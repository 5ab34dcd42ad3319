package io.klinggateway.search;

import io.klinggateway.ledger.TenantId;
import io.klinggateway.search.JobQuery.IdRange;
import io.klinggateway.search.JobQuery.JobOutcome;
import io.klinggateway.support.Instants;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.SqlTimes;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/**
 * A search under way, as SQL: it walks along an index for so many steps, and keeps what is asked for.
 *
 * @param along what it walks along
 * @param words as the index knows them; null if it asks for none
 * @param prompts among so many of the newest; 0 if it does not walk along those
 */
record JobWalk(
        JobQuery query,
        String along,
        @Nullable String words,
        @Nullable PageCursor before,
        int most,
        int prompts) {

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

    private static final String PROMPTS = """
               and p.tenant_id = :tenant and p.created_at >= :from and p.created_at < :to
               and (p.created_at, p.generation_id) < (:beforeTime, :beforeId)
            """;

    private static final String NEWEST_PROMPT = " order by p.created_at desc, p.generation_id desc ";

    private static final String OF_NEWEST_PROMPTS =
            "select p.* from generation_prompt p where true\n" + PROMPTS + NEWEST_PROMPT + " limit :prompts\n";

    /** Along those of the newest prompts that have all the words. */
    private static final String WITH_WORDS_OF_LATE = "select g.* from (" + OF_NEWEST_PROMPTS + """
            ) p join generation g on g.id = p.generation_id
            """ + ALONG
            + "   and p.words @@ cast(:words as tsquery)\n" + NEWEST_PROMPT + " limit :walk\n";

    /** Along all that have the words, which the index leads to and nothing else: as many as there are, and no more, are read. */
    private static final String WITH_WORDS = """
            select g.*
              from (select * from generation_prompt where words @@ cast(:words as tsquery) offset 0) p
              join generation g on g.id = p.generation_id
            """ + ALONG + PROMPTS + NEWEST_PROMPT + " limit :walk\n";

    private static final String LAST_OF_NEWEST_PROMPTS = """
            select created_at, generation_id as id, matches
              from (select p.created_at, p.generation_id, row_number() over (%1$s) as place,
                           count(*) filter (where p.words @@ cast(:words as tsquery)) over () as matches
                      from (%2$s) p) p
             where place = :prompts
            """.formatted(NEWEST_PROMPT, OF_NEWEST_PROMPTS);

    /**
     * Of all teams: ids begin with the time they were made at. Those that a recovery made later than their jobs are found by
     * their key, their team or their id.
     */
    private static final String OF_ALL =
            "select * from generation g\n" + ALONG + " and g.id < :beforeId order by g.id desc limit :walk\n";

    private static final String NEWEST_ID = " order by g.id desc ";

    private static final UUID LOWEST_ID = new UUID(0, 0);
    private static final UUID HIGHEST_ID = new UUID(-1, -1);
    private static final int BITS_BELOW_MILLIS = 16;
    private static final Duration CLOCKS_APART = Duration.ofDays(1);

    /** For each line of a page, so many are looked at first: what is common is then found at little cost. */
    private static final int FEW_WALKED = 20;

    /** Along what leads to the fewest. */
    static JobWalk of(JobQuery query, @Nullable PageCursor before, int most) {
        return new JobWalk(query, along(query), null, before, most, 0);
    }

    /**
     * Along all prompts that have the words.
     *
     * @param words as the index knows them
     */
    static JobWalk withWords(JobQuery query, String words, @Nullable PageCursor before, int most) {
        return new JobWalk(query, WITH_WORDS, words, before, most, 0);
    }

    /** The same along so many of the newest prompts alone. */
    static JobWalk withWordsOfLate(JobQuery query, String words, @Nullable PageCursor before, int most, int prompts) {
        return new JobWalk(query, WITH_WORDS_OF_LATE, words, before, most, prompts);
    }

    /** So many steps do where what is looked for is common. */
    int few() {
        return looksAtEach() ? FEW_WALKED * (most + 1) : most + 1;
    }

    /** So many steps do where all that there are may be looked at. */
    int all() {
        return looksAtEach() ? Integer.MAX_VALUE : most + 1;
    }

    String sql() {
        return placed(COLUMNS + " from (select * from (" + along + ") g\n" + CONDITIONS + " <of key> " + newest()
                + " limit :most) g\n" + NAMES + newest());
    }

    String sqlOfLastStep() {
        return placed("select g.created_at, g.id from (" + along + ") g" + newest()) + " offset :walk - 1 limit 1";
    }

    /** The last of the newest prompts, and how many of them have the words; nothing if there are no more than those. */
    String sqlOfLastPrompt() {
        return LAST_OF_NEWEST_PROMPTS;
    }

    private String newest() {
        return along.equals(OF_ALL) ? NEWEST_ID : NEWEST;
    }

    private String placed(String sql) {
        boolean indexed = query.outcome().endedBadly() && !hasOwnPath(query);
        boolean elsewhere = query.key() != null && !along.equals(OF_KEY);
        return sql.replace(
                        "<of key>",
                        elsewhere
                                ? "and g.key_id in (select named.id from api_key named where named.name = :key <named of tenant>)"
                                : "")
                .replace("<ended badly>", indexed ? "and " + query.outcome().condition() : "")
                .replace("<outcome>", query.outcome().condition())
                .replace("<tenant>", query.tenant() == null ? "" : OF_TENANT)
                .replace("<named of tenant>", query.tenant() == null ? "" : "and named.tenant_id = :tenant");
    }

    StatementSpec bind(StatementSpec statement, int steps) {
        TenantId tenant = query.tenant();
        var label =
                query.labels().pairs().isEmpty() ? null : query.labels().pairs().firstEntry();
        IdRange ids = ids();
        return statement
                .param("tenant", tenant == null ? null : tenant.value(), Types.OTHER)
                .param("key", query.key())
                .param("model", query.model())
                .param("labels", query.labels().toJson(), Types.VARCHAR)
                .param("labelName", label == null ? null : label.getKey())
                .param("labelValue", label == null ? null : label.getValue())
                .param("words", words)
                .param("from", SqlTimes.timestamp(query.from() == null ? Instant.EPOCH : query.from()))
                .param("to", SqlTimes.timestamp(query.to() == null ? Instants.LATEST : query.to()))
                .param("firstId", ids.first())
                .param("lastId", ids.last())
                .param("beforeTime", SqlTimes.timestamp(before == null ? Instants.LATEST : before.createdAt()))
                .param("beforeId", before == null ? HIGHEST_ID : before.id())
                .param("walk", steps)
                .param("prompts", prompts)
                .param("most", most + 1);
    }

    /** Of all teams' jobs, those of the days that are asked for lie together. */
    private IdRange ids() {
        if (query.ids() != null || !along.equals(OF_ALL)) {
            return query.ids() == null ? new IdRange(LOWEST_ID, HIGHEST_ID) : query.ids();
        }
        return new IdRange(
                query.from() == null ? LOWEST_ID : idOf(query.from().minus(CLOCKS_APART)),
                query.to() == null ? HIGHEST_ID : idOf(query.to().plus(CLOCKS_APART)));
    }

    /** Whether it asks for more than an index leads along: what it looks for may be rare, or be nowhere. */
    boolean looksAtEach() {
        return looksAtEach(query);
    }

    private static boolean looksAtEach(JobQuery query) {
        int labels = query.labels().pairs().size();
        if (hasOwnPath(query)) {
            return query.model() != null || labels > 0 || query.key() != null || query.outcome() != JobOutcome.ANY;
        }
        boolean labelled = isLabelled(query);
        boolean otherLabels = labels > (labelled ? 1 : 0);
        boolean outcome = query.outcome() != JobOutcome.ANY
                && (labelled || query.key() != null || query.outcome() == JobOutcome.COMPLETED);
        return query.model() != null || otherLabels || outcome || (labelled && query.key() != null);
    }

    /** Whether words or the beginning of an id lead to few, whatever else is asked for. */
    private static boolean hasOwnPath(JobQuery query) {
        return query.words() != null || query.ids() != null;
    }

    /** Of those that ended badly, which have an index too, each step is one row; of a label it is two. */
    private static boolean isLabelled(JobQuery query) {
        return query.tenant() != null
                && !query.labels().pairs().isEmpty()
                && !query.outcome().endedBadly();
    }

    /** Of all teams, many keys may have the name: their newest are found along each, what is rare among all jobs. */
    private static String along(JobQuery query) {
        if (query.ids() != null) {
            return OF_ALL;
        }
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

    /** The lowest of the ids made then: they begin with their time. */
    static UUID idOf(Instant at) {
        return new UUID(Math.max(0, at.toEpochMilli()) << BITS_BELOW_MILLIS, 0);
    }
}
