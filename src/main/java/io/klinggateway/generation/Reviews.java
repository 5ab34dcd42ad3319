package io.klinggateway.generation;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.JobReading.Found;
import io.klinggateway.apiframe.JobReading.Missing;
import io.klinggateway.apiframe.JobReading.Unavailable;
import io.klinggateway.apiframe.UpstreamJob;
import io.klinggateway.apiframe.UpstreamJobId;
import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** What operators see of generations, and how they end those that nobody else can. */
@Component
public class Reviews {

    /** What a generation may be in. */
    public static final Set<String> STATES =
            Set.of("SUBMITTING", "QUEUED", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED", "IN_REVIEW");

    private static final Duration RETRY_VENDOR = Duration.ofSeconds(5);

    static final String COLUMNS = """
            select g.id, t.name as tenant, g.key_id, g.state, g.model_name, g.images, g.quoted_credits, g.captured_credits,
                   g.charged_credits, g.upstream_job_id, g.error, g.created_at, g.completed_at
              from generation g join tenant t on t.id = g.tenant_id
            """;

    /** Ids begin with the time they were made at. */
    private static final String PAGE = """
               and (cast(:tenant as text) is null or t.name = :tenant)
               and g.id < :before
             order by g.id desc
             limit :most
            """;

    private static final String LIST = COLUMNS + " where (cast(:state as text) is null or g.state = :state)\n" + PAGE;

    /** A statement of its own, whose literal lets the index of the few in review serve it. */
    private static final String LIST_IN_REVIEW = COLUMNS + " where g.state = :state and g.state = 'IN_REVIEW'\n" + PAGE;

    private static final String FIND = COLUMNS + " where g.id = :id";

    private static final String COMPLETE = """
            update generation
               set state = 'COMPLETED', upstream_job_id = :job, promised = true,
                   captured_credits = credits_due(quoted_credits, :charged),
                   charged_credits = :charged, progress = 100, result_images = :images, error = null, expired = :expired,
                   missing_since = null, completed_at = gateway_now(), due_at = gateway_now() + interval '1 day'
             where id = :id and state = 'IN_REVIEW' and upstream = :upstream
               and coalesce(upstream_job_id, :job) = :job
            returning quoted_credits, captured_credits
            """;

    private static final String FAIL = """
            update generation
               set state = 'FAILED', captured_credits = 0, error = :error, missing_since = null,
                   completed_at = gateway_now(), due_at = null
             where id = :id and state = 'IN_REVIEW'
            """;

    private static final UUID HIGHEST_ID = new UUID(-1, -1);

    private final JdbcClient jdbc;
    private final Apiframe apiframe;
    private final Settlement settlement;

    Reviews(JdbcClient jdbc, Apiframe apiframe, Settlement settlement) {
        this.jdbc = jdbc;
        this.apiframe = apiframe;
        this.settlement = settlement;
    }

    /**
     * Newest first.
     *
     * @param state one of {@link #STATES}; null for all
     * @param tenant a tenant's name; null for all
     * @param before where the page before ended; null for the first
     */
    public List<GenerationSummary> list(
            @Nullable String state, @Nullable String tenant, @Nullable GenerationId before, int most) {
        return jdbc.sql("IN_REVIEW".equals(state) ? LIST_IN_REVIEW : LIST)
                .param("state", state)
                .param("tenant", tenant)
                .param("before", before == null ? HIGHEST_ID : before.value())
                .param("most", most)
                .query((row, _) -> summary(row))
                .list();
    }

    public Optional<GenerationSummary> find(GenerationId id) {
        return jdbc.sql(FIND)
                .param("id", id.value())
                .query((row, _) -> summary(row))
                .optional();
    }

    /**
     * Asks the vendor for the job that a generation is to be settled from. Not for a transaction.
     *
     * @throws ResolutionRefused if the vendor has no such job, or it has not completed
     * @throws ProblemException if the vendor does not answer
     */
    public UpstreamJob completedJob(UpstreamJobId id) {
        return switch (Objects.requireNonNull(apiframe.read(List.of(id)).get(id))) {
            case Found(UpstreamJob job) when job.status() == UpstreamJob.Status.COMPLETED -> job;
            case Found(UpstreamJob job) ->
                throw new ResolutionRefused("The vendor's job " + id + " is " + job.status()
                        + ", not COMPLETED: there is nothing to capture");
            case Missing _ -> throw new ResolutionRefused("The vendor knows no job " + id);
            case Unavailable unavailable ->
                throw new ProblemException(
                        Problem.of(
                                ProblemCode.UPSTREAM_UNAVAILABLE,
                                "The vendor cannot be asked for the job now: " + unavailable.reason()),
                        RETRY_VENDOR);
        };
    }

    /**
     * Ends a generation in review as this job ended, and captures what the vendor charged, at most the hold.
     *
     * @throws ResolutionRefused if it is not in review, or the job is not its own
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void capture(GenerationId id, UpstreamJob job, String actor, String reason) {
        Credits charged = job.charged();
        try {
            Ended ended = jdbc.sql(COMPLETE)
                    .param("id", id.value())
                    .param("job", job.id().value())
                    .param("upstream", apiframe.upstream())
                    .param("charged", charged == null ? null : charged.amount(), Types.BIGINT)
                    .param(
                            "images",
                            job.images().isEmpty() ? null : job.images().toArray(String[]::new))
                    .param("expired", job.expired())
                    .query((row, _) -> new Ended(
                            new Credits(row.getLong("quoted_credits")), new Credits(row.getLong("captured_credits"))))
                    .optional()
                    .orElseThrow(() -> refusal(id, job));
            settlement.resolvedByCapture(id, job, ended.quoted(), ended.captured(), actor, reason);
        } catch (DuplicateKeyException taken) {
            throw new ResolutionRefused("The vendor's job " + job.id() + " belongs to another generation");
        }
    }

    private record Ended(Credits quoted, Credits captured) {}

    /**
     * Ends a generation in review FAILED; its credits are free.
     *
     * @throws ResolutionRefused if it is not in review
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void release(GenerationId id, String actor, String reason) {
        int ended = jdbc.sql(FAIL)
                .param("id", id.value())
                .param("error", "The job could not be finished; its credits are free again")
                .update();
        if (ended == 0) {
            throw refusal(id, null);
        }
        settlement.resolvedByRelease(id, actor, reason);
    }

    private ResolutionRefused refusal(GenerationId id, @Nullable UpstreamJob job) {
        GenerationSummary known = find(id).orElseThrow();
        if (!known.state().equals("IN_REVIEW")) {
            return new ResolutionRefused("Generation " + id + " is " + known.state() + ", not IN_REVIEW");
        }
        return job == null || known.upstreamJobId() == null
                ? new ResolutionRefused("Generation " + id + " belongs to another vendor than this gateway's")
                : new ResolutionRefused(
                        "Generation " + id + " has the vendor's job " + known.upstreamJobId() + ", not " + job.id());
    }

    static GenerationSummary summary(ResultSet row) throws SQLException {
        OffsetDateTime completedAt = row.getObject("completed_at", OffsetDateTime.class);
        return new GenerationSummary(
                row.getObject("id", UUID.class),
                row.getString("tenant"),
                row.getObject("key_id", UUID.class),
                row.getString("state"),
                row.getString("model_name"),
                row.getInt("images"),
                row.getLong("quoted_credits"),
                row.getObject("captured_credits", Long.class),
                row.getObject("charged_credits", Long.class),
                row.getObject("upstream_job_id", UUID.class),
                row.getString("error"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                completedAt == null ? null : completedAt.toInstant());
    }
}
