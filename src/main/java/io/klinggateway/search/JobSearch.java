package io.klinggateway.search;

import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.SqlTimes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.json.JsonMapper;

/** Finds jobs, newest first; those that were answered with an error are none. */
@Repository
public class JobSearch {

    /**
     * A plan for one word, one team or one model is a bad one for another: each search has its own. Every index but that of words
     * is walked along in its order; as PostgreSQL knows only what a key or a team has on average, it would rather collect and
     * sort all of a busy one's.
     */
    private static final String PLAN_EACH = """
            select set_config('plan_cache_mode', 'force_custom_plan', true),
                   set_config('enable_bitmapscan', :bitmaps, true)
            """;

    /** A page goes on where another statement says that the one before it ended. */
    private static final String ONE_STATE = "set transaction isolation level repeatable read, read only";

    /** Asked for beforehand: how rare words are is known of those that stand in the statement. */
    private static final String WORDS = "select cast(prompt_query(:tenant, :words) as text) as words";

    /** However common the planner believes the words to be. */
    private static final String BY_INDEX_ALONE = "select set_config('enable_seqscan', 'off', true)";

    /** What is rare of late may have been common once, and each of its prompts would be read. */
    private static final String MATCHES = """
            select count(*)
              from (select from generation_prompt where words @@ cast(:words as tsquery) limit :most) matches
            """;

    private static final int MOST_MATCHES = 20_000;
    private static final int NEWEST_PROMPTS = 10_000;

    /** So many are read for one page of what is common, whatever else is asked for. */
    private static final int MOST_PROMPTS = 50_000;

    /** So many of the newest prompts have words that are common. */
    private static final int COMMON = NEWEST_PROMPTS / 100;

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

    /** So many are looked at for one page, however few of them are what is looked for. */
    private static final int MOST_WALKED = 5_000;

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

    /**
     * In a transaction of its own, never within another.
     *
     * @param before where the page begins; null for the newest
     */
    public FoundJobs find(JobQuery query, @Nullable PageCursor before, int most) {
        return Objects.requireNonNull(transactions.execute(_ -> {
            jdbc.sql(ONE_STATE).update();
            jdbc.sql(PLAN_EACH)
                    .param("bitmaps", query.words() == null ? "off" : "on")
                    .query((_, _) -> true)
                    .single();
            return query.words() == null ? find(JobWalk.of(query, before, most)) : findByWords(query, before, most);
        }));
    }

    /**
     * Common words are found among the newest prompts, so many of them for one page. Rare ones are found by the index, which has
     * all of their prompts to read and to sort.
     */
    private FoundJobs findByWords(JobQuery query, @Nullable PageCursor before, int most) {
        String words = jdbc.sql(WORDS)
                .param("tenant", Objects.requireNonNull(query.tenant()).value())
                .param("words", query.words())
                .query((row, _) -> Objects.requireNonNullElse(row.getString("words"), ""))
                .single();
        JobWalk ofLate = JobWalk.withWordsOfLate(query, words, before, most, NEWEST_PROMPTS);
        Page<JobLine> found = page(ofLate, ofLate.all());
        LastPrompt last = found.nextCursor() == null ? lastPrompt(ofLate) : null;
        if (last == null) {
            return new FoundJobs(found, null);
        }
        jdbc.sql(BY_INDEX_ALONE).query((_, _) -> true).single();
        if (last.matches() < COMMON && areFew(words)) {
            JobWalk withWords = JobWalk.withWords(query, words, before, most);
            return new FoundJobs(page(withWords, withWords.all()), null);
        }
        JobWalk longer = JobWalk.withWordsOfLate(query, words, before, most, MOST_PROMPTS);
        FoundJobs walked = find(longer, MOST_WALKED);
        if (walked.page().nextCursor() != null) {
            return walked;
        }
        LastPrompt end = lastPrompt(longer);
        return end == null ? walked : lookedBackTo(end.end(), walked.page());
    }

    private boolean areFew(String words) {
        return jdbc.sql(MATCHES)
                        .param("words", words)
                        .param("most", MOST_MATCHES + 1)
                        .query(Integer.class)
                        .single()
                <= MOST_MATCHES;
    }

    /** @param matches how many prompts have the words, from the newest to this one */
    private record LastPrompt(PageCursor end, int matches) {}

    private @Nullable LastPrompt lastPrompt(JobWalk walk) {
        return walk.bind(jdbc.sql(walk.sqlOfLastPrompt()), 0)
                .query((row, _) -> new LastPrompt(cursor(row), row.getInt("matches")))
                .optional()
                .orElse(null);
    }

    private FoundJobs find(JobWalk walk) {
        FoundJobs found = find(walk, walk.few());
        return found.lookedBackTo() != null && walk.few() < MOST_WALKED ? find(walk, MOST_WALKED) : found;
    }

    /** @param steps so many are looked at */
    private FoundJobs find(JobWalk walk, int steps) {
        Page<JobLine> page = page(walk, steps);
        PageCursor end = page.nextCursor() != null || !walk.looksAtEach() ? null : lastStep(walk, steps);
        return end == null ? new FoundJobs(page, null) : lookedBackTo(end, page);
    }

    private static FoundJobs lookedBackTo(PageCursor end, Page<JobLine> found) {
        return new FoundJobs(new Page<>(found.items(), end.encode()), end.createdAt());
    }

    private Page<JobLine> page(JobWalk walk, int steps) {
        List<JobLine> found = walk.bind(jdbc.sql(walk.sql()), steps)
                .query((row, _) -> line(row))
                .list();
        return Page.of(found, walk.most(), last -> new PageCursor(last.createdAt(), last.id()).encode());
    }

    /** The last one that was looked at; null if that was the last of all. */
    private @Nullable PageCursor lastStep(JobWalk walk, int steps) {
        return walk.bind(jdbc.sql(walk.sqlOfLastStep()), steps)
                .query((row, _) -> cursor(row))
                .optional()
                .orElse(null);
    }

    private static PageCursor cursor(ResultSet row) throws SQLException {
        return new PageCursor(SqlTimes.instant(row, "created_at"), row.getObject("id", UUID.class));
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
