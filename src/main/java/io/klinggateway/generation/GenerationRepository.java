package io.klinggateway.generation;

import io.klinggateway.apiframe.UpstreamJob;
import io.klinggateway.apiframe.UpstreamJobId;
import io.klinggateway.credits.Credits;
import io.klinggateway.image.WebhookEvent;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.Columns;
import io.klinggateway.tenant.Caller;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of generations, which is also the queue of what is to be done next. */
@Repository
class GenerationRepository {

    private static final String ADMIT = """
            select * from admit_generations(:ids, :tenants, :keys, :idempotencyKeys, :requestHashes, :webhookUrls,
                :webhookEvents, :modelNames, :images, :credits, :upstream, :upstreamRequests,
                make_interval(secs => :lease), :traceparents)
            """;

    private static final String QUOTE = "select * from quote_generation(:tenant, :key, :credits)";

    private static final String AVAILABLE = """
            select 'ADMITTED' as verdict, a.available, a.resets_at
              from caller_terms(:tenant, :key) c cross join lateral ledger_available(:tenant, c.key_budget_id) a
            """;

    /** The lease is not extended: the sender's deadline was set before it and does not move either. */
    private static final String OPEN_NEXT_ATTEMPT = """
            update generation
               set attempt = attempt + 1, attempt_open = true, indefinite = indefinite or :indefinite
             where id = :id and attempt = :attempt and state = 'SUBMITTING'
            """;

    private static final String ACCEPT =
            "select id, upstream_job_id from accept_generations(:ids, :jobs, make_interval(secs => :delay))";

    private static final String RECORD_ORPHAN = """
            insert into orphan_job (upstream, upstream_job_id, generation_id)
            select :upstream, :job, :id
             where not exists (select from generation where id = :id and upstream_job_id = :job)
            on conflict do nothing
            """;

    private static final String DEFER = """
            update generation
               set promised = true, attempt_open = false, indefinite = indefinite or :indefinite,
                   due_at = gateway_now() + make_interval(secs => :delay)
             where id = :id and attempt = :attempt and state = 'SUBMITTING'
            """;

    private static final String REFUSE = """
            update generation
               set state = 'FAILED', captured_credits = 0, error = :error, completed_at = gateway_now(),
                   attempt_open = false, due_at = null,
                   idempotency_key = case when promised then idempotency_key end
             where id = :id and state = 'SUBMITTING'
               and (:whateverCameBefore or attempt = :attempt and not indefinite)
            """;

    private static final String STANDING = """
            select generation_status(state, upstream_job_id) as status, state = 'SUBMITTING' as open,
                   state = 'FAILED' and not promised as withdrawn
              from generation where id = :id
            """;

    /** Whoever sent the open attempt is gone: it may have reached the vendor, and its caller may have a 202. */
    private static final String CLAIM_UNSUBMITTED = """
            update generation g
               set promised = true, indefinite = indefinite or attempt_open, attempt = attempt + 1, attempt_open = true,
                   due_at = gateway_now() + make_interval(secs => :lease)
              from (select id from generation
                     where upstream = :upstream and due_at <= (select gateway_now()) and state = 'SUBMITTING'
                     order by due_at limit :most for update skip locked) due
             where g.id = due.id
            returning g.id, g.attempt, g.upstream_request, g.created_at < gateway_now() - interval '23 hours' as overdue
            """;

    private static final String CLAIM_TRACKED = """
            update generation g
               set due_at = gateway_now() + make_interval(secs => :lease)
              from (select id from generation
                     where upstream = :upstream and due_at <= (select gateway_now()) and state in ('QUEUED', 'PROCESSING')
                     order by due_at limit :most for update skip locked) due
             where g.id = due.id
            returning g.id, g.upstream_job_id, gateway_now() - g.created_at > interval '24 hours' as overdue,
                      gateway_now() - g.created_at > interval '5 minutes' as slow, g.progress,
                      g.webhook_url is not null and 'progress' = any(g.webhook_events) as tells_progress,
                      coalesce(g.watched_until > gateway_now(), false) as watched
            """;

    private static final String CLAIM_KEPT = """
            update generation g
               set due_at = gateway_now() + interval '1 day'
              from (select id from generation
                     where upstream = :upstream and due_at <= (select gateway_now()) and state = 'COMPLETED'
                     order by due_at limit :most for update skip locked) due
             where g.id = due.id
            returning g.id, g.upstream_job_id, false as overdue, true as slow, g.progress,
                      false as tells_progress, false as watched
            """;

    /** One that was made due while it was looked at stays due: it may have changed since. */
    private static final String NEXT_LOOK =
            "case when due_at > gateway_now() then gateway_now() + make_interval(secs => :delay) else due_at end";

    private static final String PROGRESS = """
            update generation
               set state = case when state = 'PROCESSING' then state else :state end,
                   progress = greatest(progress, :progress), missing_since = null,
                   due_at =
            """ + NEXT_LOOK + """

             where id = :id and state in ('QUEUED', 'PROCESSING')
            """;

    private static final String POSTPONE = """
            update generation set due_at =
            """ + NEXT_LOOK + """

             where id = :id and state in ('QUEUED', 'PROCESSING')
            """;

    private static final String MISSING = """
            update generation
               set missing_since = coalesce(missing_since, gateway_now()),
                   due_at = gateway_now() + make_interval(secs => :delay)
             where id = :id and state in ('QUEUED', 'PROCESSING')
            returning missing_since < gateway_now() - interval '10 minutes'
            """;

    private static final String REVIEW = """
            update generation set state = 'IN_REVIEW', due_at = null, attempt_open = false, error = :reason
             where id = :id and state in ('SUBMITTING', 'QUEUED', 'PROCESSING')
            """;

    /** All rows are locked first, in the order of their ids, before any credits move. */
    private static final String END = """
            with ending as (
                select e.*
                  from unnest(:ids::uuid[], :states::text[], :charged::bigint[], :errors::text[], :expired::boolean[])
                       as e (id, state, charged, error, expired)
                  join generation g on g.id = e.id
                 where g.state in ('QUEUED', 'PROCESSING')
                 order by g.id for no key update of g),
            image as (
                select i.id, array_agg(i.url order by i.ordinal) as urls
                  from unnest(:imageIds::uuid[], :imageUrls::text[]) with ordinality as i (id, url, ordinal)
                 group by i.id)
            update generation g
               set state = e.state,
                   captured_credits = case e.state
                       when 'COMPLETED' then credits_due(g.quoted_credits, e.charged)
                       else 0 end,
                   charged_credits = e.charged,
                   progress = case e.state when 'COMPLETED' then 100 else g.progress end,
                   result_images = i.urls, error = e.error, expired = e.expired, missing_since = null,
                   completed_at = gateway_now(),
                   due_at = case e.state when 'COMPLETED' then gateway_now() + interval '1 day' end
              from ending e left join image i on i.id = e.id
             where g.id = e.id and g.state in ('QUEUED', 'PROCESSING')
            returning g.id, g.state, g.quoted_credits, g.captured_credits,
                      g.promised and g.webhook_url is not null as webhook
            """;

    private static final String WAIT_BRIEFLY = "select set_config('lock_timeout', '1s', true)";
    private static final String EXPIRE = "update generation set expired = true, due_at = null where id = :id";

    private static final String JOB_COLUMNS = """
            select id, generation_status(state, upstream_job_id) as status, progress, result_images, error,
                   coalesce(captured_credits, quoted_credits) as cost, created_at, completed_at, upstream_request,
                   webhook_url, webhook_events, webhook_status, expired
            """;

    private static final String OF_TENANT = JOB_COLUMNS + """
              from generation
             where tenant_id = :tenant and promised
            """;

    /** Few however long the history is, which is not walked along for them. */
    private static final String OPEN_OF_TENANT = JOB_COLUMNS + """
              from (select * from generation where tenant_id = :tenant and captured_credits is null offset 0) g
             where promised and generation_status(state, upstream_job_id) = :status
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

    /** A statement of its own, so that the one row is found by its id and not along the tenant's list. */
    private static final String SEARCH = OF_TENANT + """
               and id = :search
               and (cast(:status as text) is null or generation_status(state, upstream_job_id) = :status)
            """ + PAGE;

    private static final String SUMMARIES = Reviews.COLUMNS + """
             where g.tenant_id = :tenant and g.promised
               and (g.created_at, g.id) < (coalesce(cast(:beforeTime as timestamptz), 'infinity'), :beforeId)
             order by g.created_at desc, g.id desc
             limit :most
            """;

    /** What one attempt is at work on stays with it until its lease ends. */
    private static final String MAKE_DUE = """
            update generation set due_at = gateway_now()
             where id = :id and upstream = :upstream and due_at > gateway_now()
               and (state in ('QUEUED', 'PROCESSING') or state = 'SUBMITTING' and not attempt_open)
            """;

    private static final String FIND_NOTICE = """
            select tenant_id, key_id, webhook_url
              from generation
             where id = :id and promised and webhook_url is not null
            """;

    private static final String FIND_EACH = """
            select g.tenant_id, g.id, generation_status(g.state, g.upstream_job_id) as status, g.progress,
                   g.result_images, g.error, coalesce(g.captured_credits, g.quoted_credits) as cost, g.created_at, g.completed_at,
                   g.upstream_request, g.webhook_url, g.webhook_events, g.webhook_status, g.expired
              from generations_of(:tenants, :ids) g
            """;

    /** One that is being submitted is known only to whom it was promised, even if the promise is not on record yet. */
    private static final String FIND = FIND_EACH + " where g.promised or g.state = 'SUBMITTING'";

    private static final String GLANCE = """
            select g.id, generation_status(g.state, g.upstream_job_id) as status, g.progress
              from generations_of(:tenants, :ids) g
            """;

    private static final String WATCH = """
            update generation g
               set watched_until = gateway_now() + make_interval(secs => :secs),
                   due_at = case when g.state = 'SUBMITTING' then g.due_at
                            else least(g.due_at, gateway_now() + make_interval(secs => :delay)) end
              from (select w.id from unnest(:tenants::uuid[], :ids::uuid[]) as asked (tenant_id, id)
                      join generation w on w.tenant_id = asked.tenant_id and w.id = asked.id
                     where w.state in ('SUBMITTING', 'QUEUED', 'PROCESSING')
                     order by w.id for no key update of w skip locked) watched
             where g.id = watched.id
            """;

    private static final UUID HIGHEST_ID = new UUID(-1, -1);

    private final JdbcClient jdbc;

    GenerationRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * One round trip, one transaction for all of them. Asking again with the same ids answers as before.
     *
     * @return a decision for each, in their order
     */
    List<Admission.Decision> admit(List<NewGeneration> generations, String upstream, Duration lease) {
        Admission.Decision[] decisions = new Admission.Decision[generations.size()];
        jdbc.sql(ADMIT)
                .param(
                        "ids",
                        Columns.of(
                                generations,
                                UUID[]::new,
                                generation -> generation.id().value()))
                .param(
                        "tenants",
                        Columns.of(
                                generations,
                                UUID[]::new,
                                generation -> generation.caller().tenant().id().value()))
                .param(
                        "keys",
                        Columns.of(
                                generations,
                                UUID[]::new,
                                generation -> generation.caller().keyId().value()))
                .param("idempotencyKeys", Columns.of(generations, String[]::new, GenerationRepository::idempotencyKey))
                .param("requestHashes", Columns.of(generations, byte[][]::new, NewGeneration::requestHash))
                .param(
                        "webhookUrls",
                        Columns.of(
                                generations,
                                String[]::new,
                                generation -> storable(generation.request().webhookUrl())))
                .param("webhookEvents", Columns.of(generations, String[]::new, GenerationRepository::webhookEvents))
                .param(
                        "modelNames",
                        Columns.of(
                                generations,
                                String[]::new,
                                generation -> generation.request().modelName().wire()))
                .param(
                        "images",
                        Columns.of(
                                generations,
                                Integer[]::new,
                                generation -> generation.quote().images()))
                .param(
                        "credits",
                        Columns.of(
                                generations,
                                Long[]::new,
                                generation -> generation.quote().credits().amount()))
                .param("upstream", upstream)
                .param("upstreamRequests", Columns.of(generations, byte[][]::new, NewGeneration::upstreamRequest))
                .param("lease", seconds(lease))
                .param("traceparents", Columns.of(generations, String[]::new, NewGeneration::traceparent))
                .query(row -> {
                    decisions[row.getInt("ordinal") - 1] = new Admission.Decision(admission(row), allowance(row));
                });
        return Arrays.asList(decisions);
    }

    private static @Nullable String idempotencyKey(NewGeneration generation) {
        IdempotencyKey key = generation.idempotencyKey();
        return key == null ? null : key.value();
    }

    private static @Nullable String webhookEvents(NewGeneration generation) {
        List<WebhookEvent> events = generation.request().webhookEvents();
        return events == null ? null : events.stream().map(WebhookEvent::wire).collect(Collectors.joining(","));
    }

    /** PostgreSQL's text has no lone surrogates; the URL standard reads one as this escape. */
    private static @Nullable String storable(@Nullable String url) {
        return url == null ? null : url.replaceAll("\\p{Cs}", "%EF%BF%BD");
    }

    /**
     * One round trip, too: counts the request, and says what its admission would come to.
     *
     * @return an {@link Estimate}, unless the tenant is out of requests
     */
    Quotation quote(Caller caller, Credits credits) {
        return jdbc.sql(QUOTE)
                .param("tenant", caller.tenant().id().value())
                .param("key", caller.keyId().value())
                .param("credits", credits.amount())
                .query((row, _) -> new Quotation(estimate(row), allowance(row)))
                .single();
    }

    /** What the caller may hold now; counts as no request. */
    Estimate available(Caller caller) {
        return jdbc.sql(AVAILABLE)
                .param("tenant", caller.tenant().id().value())
                .param("key", caller.keyId().value())
                .query((row, _) -> Objects.requireNonNull(estimate(row)))
                .single();
    }

    /** @param estimate null if the tenant is out of requests */
    record Quotation(@Nullable Estimate estimate, @Nullable RequestAllowance allowance) {}

    private static @Nullable Estimate estimate(ResultSet row) throws SQLException {
        String verdict = row.getString("verdict");
        return verdict.equals("RATE_LIMITED")
                ? null
                : new Estimate(
                        Estimate.Verdict.valueOf(verdict),
                        new Credits(row.getLong("available")),
                        time(row, "resets_at"));
    }

    private static @Nullable RequestAllowance allowance(ResultSet row) throws SQLException {
        Integer limit = row.getObject("request_limit", Integer.class);
        return limit == null
                ? null
                : new RequestAllowance(
                        limit, row.getInt("requests_left"), Duration.ofSeconds(row.getInt("window_seconds_left")));
    }

    private static Admission admission(ResultSet row) throws SQLException {
        Credits available = new Credits(row.getLong("available"));
        return switch (row.getString("verdict")) {
            case "ADMITTED" -> new Admission.Admitted(available);
            case "REPLAYED" ->
                new Admission.Replayed(
                        new GenerationId(row.getObject("generation_id", UUID.class)),
                        row.getString("status"),
                        new Credits(row.getLong("credits")),
                        available);
            case "CONFLICT" -> new Admission.Conflict();
            case "INSUFFICIENT" -> new Admission.Insufficient(available, time(row, "resets_at"));
            case "RATE_LIMITED" -> new Admission.RateLimited(Objects.requireNonNull(allowance(row)));
            case "CONCURRENCY_LIMITED" -> new Admission.ConcurrencyLimited();
            case "KEY_INVALID" -> new Admission.KeyInvalid();
            case "TENANT_SUSPENDED" -> new Admission.TenantSuspended();
            default -> throw new IllegalStateException("unknown verdict " + row.getString("verdict"));
        };
    }

    /**
     * Closes an attempt and opens the next.
     *
     * @param indefinite whether the closed one may have reached the vendor
     * @return false if somebody else works on the generation by now
     */
    boolean openNextAttempt(GenerationId id, int attempt, boolean indefinite) {
        return jdbc.sql(OPEN_NEXT_ATTEMPT)
                        .param("id", id.value())
                        .param("attempt", attempt)
                        .param("indefinite", indefinite)
                        .update()
                == 1;
    }

    /** @return those that were recorded; of the others, what {@link #noteOrphan} says is to be known */
    Set<Acceptance> accept(Collection<Acceptance> acceptances, Duration firstLook) {
        return Set.copyOf(jdbc.sql(ACCEPT)
                .param(
                        "ids",
                        Columns.of(
                                acceptances,
                                UUID[]::new,
                                acceptance -> acceptance.id().value()))
                .param(
                        "jobs",
                        Columns.of(
                                acceptances,
                                UUID[]::new,
                                acceptance -> acceptance.job().value()))
                .param("delay", seconds(firstLook))
                .query((row, _) -> new Acceptance(
                        generationId(row), new UpstreamJobId(row.getObject("upstream_job_id", UUID.class))))
                .list());
    }

    record Acceptance(GenerationId id, UpstreamJobId job) {}

    /** @return false if the job was recorded before, as the generation's or as an orphan: then there is nothing to note */
    boolean noteOrphan(Acceptance acceptance, String upstream) {
        return jdbc.sql(RECORD_ORPHAN)
                        .param("id", acceptance.id().value())
                        .param("job", acceptance.job().value())
                        .param("upstream", upstream)
                        .update()
                == 1;
    }

    /** Leaves the generation to whoever claims it after the delay; its caller gets a 202. */
    void defer(GenerationId id, int attempt, boolean indefinite, Duration delay) {
        jdbc.sql(DEFER)
                .param("id", id.value())
                .param("attempt", attempt)
                .param("indefinite", indefinite)
                .param("delay", seconds(delay))
                .update();
    }

    /** @return false if the generation may not end now; nothing changes then */
    boolean refuse(GenerationId id, int attempt, Refusal refusal) {
        return jdbc.sql(REFUSE)
                        .param("id", id.value())
                        .param("attempt", attempt)
                        .param("whateverCameBefore", refusal.whateverCameBefore())
                        .param("error", refusal.error())
                        .update()
                == 1;
    }

    Standing standing(GenerationId id) {
        return jdbc.sql(STANDING)
                .param("id", id.value())
                .query((row, _) ->
                        new Standing(row.getString("status"), row.getBoolean("open"), row.getBoolean("withdrawn")))
                .single();
    }

    /**
     * @param status as tenants see it
     * @param open not accepted by the vendor yet, and not given up
     * @param withdrawn ended with an error answer; no tenant sees it
     */
    record Standing(String status, boolean open, boolean withdrawn) {}

    List<Unsubmitted> claimUnsubmitted(String upstream, Duration lease, int most) {
        return jdbc.sql(CLAIM_UNSUBMITTED)
                .param("upstream", upstream)
                .param("lease", seconds(lease))
                .param("most", most)
                .query((row, _) -> new Unsubmitted(
                        generationId(row),
                        row.getInt("attempt"),
                        row.getBytes("upstream_request"),
                        row.getBoolean("overdue")))
                .list();
    }

    /** @param overdue the vendor may soon forget the idempotency key: it must not be sent again */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    record Unsubmitted(GenerationId id, int attempt, byte[] upstreamRequest, boolean overdue) {}

    List<Tracked> claimTracked(String upstream, Duration lease, int most) {
        return claimJobs(CLAIM_TRACKED, upstream, lease, most);
    }

    /** Completed jobs whose images the vendor may have purged; they are due again in a day. */
    List<Tracked> claimKept(String upstream, int most) {
        return claimJobs(CLAIM_KEPT, upstream, Duration.ZERO, most);
    }

    private List<Tracked> claimJobs(String claim, String upstream, Duration lease, int most) {
        return jdbc.sql(claim)
                .param("upstream", upstream)
                .param("lease", seconds(lease))
                .param("most", most)
                .query((row, _) -> new Tracked(
                        generationId(row),
                        new UpstreamJobId(row.getObject("upstream_job_id", UUID.class)),
                        row.getBoolean("overdue"),
                        row.getBoolean("slow"),
                        row.getObject("progress", Integer.class),
                        row.getBoolean("tells_progress"),
                        row.getBoolean("watched")))
                .list();
    }

    /**
     * @param overdue open for too long to wait on
     * @param slow open for longer than images take
     * @param progress percent, as known so far
     * @param tellsProgress the tenant wants to be told of it
     * @param watched somebody waits for a change
     */
    record Tracked(
            GenerationId id,
            UpstreamJobId job,
            boolean overdue,
            boolean slow,
            @Nullable Integer progress,
            boolean tellsProgress,
            boolean watched) {

        boolean followed() {
            return tellsProgress || watched;
        }
    }

    void progress(GenerationId id, UpstreamJob.Status status, @Nullable Integer percent, Duration nextLook) {
        jdbc.sql(PROGRESS)
                .param("id", id.value())
                .param("state", status.name())
                .param("progress", percent)
                .param("delay", seconds(nextLook))
                .update();
    }

    void postpone(GenerationId id, Duration nextLook) {
        jdbc.sql(POSTPONE)
                .param("id", id.value())
                .param("delay", seconds(nextLook))
                .update();
    }

    /** @return whether the vendor has not known the job for so long that it is no mere hiccup */
    boolean missing(GenerationId id, Duration nextLook) {
        return jdbc.sql(MISSING)
                .param("id", id.value())
                .param("delay", seconds(nextLook))
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }

    boolean review(GenerationId id, String reason) {
        return jdbc.sql(REVIEW).param("id", id.value()).param("reason", reason).update() == 1;
    }

    /** Ends those that are open; those that have ended before are not in the answer. */
    Map<GenerationId, Ended> end(Collection<Ending> endings) {
        Map<GenerationId, Ended> ended = new HashMap<>();
        List<UUID> imageIds = new ArrayList<>();
        List<String> imageUrls = new ArrayList<>();
        for (Ending ending : endings) {
            for (String url : ending.job().images()) {
                imageIds.add(ending.id().value());
                imageUrls.add(url);
            }
        }
        jdbc.sql(END)
                .param(
                        "ids",
                        Columns.of(endings, UUID[]::new, ending -> ending.id().value()))
                .param(
                        "states",
                        Columns.of(
                                endings,
                                String[]::new,
                                ending -> ending.job().status().name()))
                .param("charged", Columns.of(endings, Long[]::new, GenerationRepository::charged))
                .param(
                        "errors",
                        Columns.of(
                                endings, String[]::new, ending -> ending.job().error()))
                .param(
                        "expired",
                        Columns.of(
                                endings, Boolean[]::new, ending -> ending.job().expired()))
                .param("imageIds", imageIds.toArray(UUID[]::new))
                .param("imageUrls", imageUrls.toArray(String[]::new))
                .query(row -> {
                    ended.put(
                            generationId(row),
                            new Ended(
                                    generationId(row),
                                    UpstreamJob.Status.valueOf(row.getString("state")),
                                    new Credits(row.getLong("quoted_credits")),
                                    new Credits(row.getLong("captured_credits")),
                                    row.getBoolean("webhook")));
                });
        return ended;
    }

    /** In company nobody waits long for another's lock: alone, each has the patience that the connection gives. */
    void waitBriefly() {
        jdbc.sql(WAIT_BRIEFLY).query((_, _) -> true).single();
    }

    private static @Nullable Long charged(Ending ending) {
        Credits charged = ending.job().charged();
        return charged == null ? null : charged.amount();
    }

    /**
     * @param job as it ended
     * @param traceparent of the step that ends it; null if it is in no trace
     */
    record Ending(
            GenerationId id, UpstreamJob job, @Nullable String traceparent) {

        Ending {
            if (job.isOpen()) {
                throw new IllegalArgumentException("still open: " + job.status());
            }
        }
    }

    /** @param webhook whether the tenant wants to be told, of some end at least */
    record Ended(GenerationId id, UpstreamJob.Status status, Credits quoted, Credits captured, boolean webhook) {}

    void expire(GenerationId id) {
        jdbc.sql(EXPIRE).param("id", id.value()).update();
    }

    /** @return false if there is nothing to look at, or it is due anyway, or somebody is at work on it */
    boolean makeDue(GenerationId id, String upstream) {
        return jdbc.sql(MAKE_DUE)
                        .param("id", id.value())
                        .param("upstream", upstream)
                        .update()
                == 1;
    }

    /** Who is to be told of a generation; empty if nobody is. */
    Optional<Addressee> findAddressee(GenerationId id) {
        return jdbc.sql(FIND_NOTICE)
                .param("id", id.value())
                .query((row, _) -> new Addressee(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        new KeyId(row.getObject("key_id", UUID.class)),
                        row.getString("webhook_url")))
                .optional();
    }

    record Addressee(TenantId tenant, KeyId key, String webhookUrl) {}

    /** Those of the jobs that exist and belong to whom they are asked for. */
    List<StoredJob> findEach(Collection<Owned> jobs) {
        return of(jobs, jdbc.sql(FIND_EACH)).query((row, _) -> storedJob(row)).list();
    }

    /** As {@link #findEach}, but only what tells whether one has changed. */
    List<Glance> glance(Collection<Owned> jobs) {
        return of(jobs, jdbc.sql(GLANCE))
                .query((row, _) -> new Glance(
                        generationId(row), row.getString("status"), row.getObject("progress", Integer.class)))
                .list();
    }

    /** Lets the open ones be looked at often for that long. */
    void watch(Collection<Owned> jobs, Duration howLong, Duration nextLook) {
        of(jobs, jdbc.sql(WATCH))
                .param("secs", seconds(howLong))
                .param("delay", seconds(nextLook))
                .update();
    }

    private static JdbcClient.StatementSpec of(Collection<Owned> jobs, JdbcClient.StatementSpec statement) {
        return statement
                .param(
                        "tenants",
                        Columns.of(jobs, UUID[]::new, job -> job.tenant().value()))
                .param("ids", Columns.of(jobs, UUID[]::new, job -> job.id().value()));
    }

    /** A generation, by whom it is asked for. */
    record Owned(TenantId tenant, GenerationId id) {}

    /** @param status as tenants see it */
    record Glance(GenerationId id, String status, @Nullable Integer progress) {}

    /** For each, only what a caller was told of by a 202, and only the tenant's own; empty in its place otherwise. */
    List<Optional<StoredJob>> find(List<Owned> jobs) {
        Map<Owned, StoredJob> found = new HashMap<>();
        of(jobs, jdbc.sql(FIND)).query(row -> {
            TenantId owner = new TenantId(row.getObject("tenant_id", UUID.class));
            found.put(new Owned(owner, generationId(row)), storedJob(row));
        });
        return jobs.stream().map(job -> Optional.ofNullable(found.get(job))).toList();
    }

    /** Newest first. */
    List<StoredJob> list(TenantId tenant, JobFilter filter, @Nullable JobCursor before, int most) {
        return jdbc.sql(filter.search() == null ? listOf(filter.status()) : SEARCH)
                .param("tenant", tenant.value())
                .param(
                        "status",
                        filter.status() == null ? null : filter.status().name())
                .param("search", filter.search())
                .param(
                        "beforeTime",
                        before == null ? null : OffsetDateTime.ofInstant(before.createdAt(), ZoneOffset.UTC))
                .param("beforeId", before == null ? HIGHEST_ID : before.id())
                .param("most", most)
                .query((row, _) -> storedJob(row))
                .list();
    }

    private static String listOf(UpstreamJob.@Nullable Status status) {
        return switch (status) {
            case null -> LIST;
            case QUEUED, PROCESSING -> LIST_OPEN;
            case COMPLETED -> LIST_COMPLETED;
            case FAILED -> LIST_FAILED;
            case CANCELLED -> LIST_CANCELLED;
        };
    }

    /** As {@link #list}, but only what operators may see. */
    List<GenerationSummary> summaries(TenantId tenant, @Nullable JobCursor before, int most) {
        return jdbc.sql(SUMMARIES)
                .param("tenant", tenant.value())
                .param(
                        "beforeTime",
                        before == null ? null : OffsetDateTime.ofInstant(before.createdAt(), ZoneOffset.UTC))
                .param("beforeId", before == null ? HIGHEST_ID : before.id())
                .param("most", most)
                .query((row, _) -> Reviews.summary(row))
                .list();
    }

    private static StoredJob storedJob(ResultSet row) throws SQLException {
        Instant createdAt = time(row, "created_at");
        if (createdAt == null) {
            throw new IllegalStateException("created_at is never null");
        }
        return new StoredJob(
                generationId(row),
                row.getString("status"),
                row.getObject("progress", Integer.class),
                texts(row, "result_images"),
                row.getString("error"),
                row.getLong("cost"),
                createdAt,
                time(row, "completed_at"),
                row.getBytes("upstream_request"),
                row.getString("webhook_url"),
                texts(row, "webhook_events"),
                row.getString("webhook_status"),
                row.getBoolean("expired"));
    }

    private static GenerationId generationId(ResultSet row) throws SQLException {
        return new GenerationId(row.getObject("id", UUID.class));
    }

    private static @Nullable List<String> texts(ResultSet row, String column) throws SQLException {
        var array = row.getArray(column);
        return array == null ? null : Arrays.asList((String[]) array.getArray());
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
