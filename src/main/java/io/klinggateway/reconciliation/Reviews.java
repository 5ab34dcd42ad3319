package io.klinggateway.reconciliation;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.JobReading.Found;
import io.klinggateway.apiframe.JobReading.Missing;
import io.klinggateway.apiframe.JobReading.Unavailable;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.generation.GenerationState;
import io.klinggateway.generation.Labels;
import io.klinggateway.generation.Settlement;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.queue.VendorRateLimiter;
import io.klinggateway.queue.VendorRateLimiter.Purpose;
import io.klinggateway.reconciliation.GenerationHistory.FailedAttempt;
import io.klinggateway.support.SqlTimes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** What operators see of generations, and how they end those that the gateway cannot. */
@Component
public class Reviews {

    /** What a generation may be in. */
    public static final Set<String> STATES =
            Arrays.stream(GenerationState.values()).map(Enum::name).collect(Collectors.toUnmodifiableSet());

    private static final Duration PATIENCE_FOR_CALL = Duration.ofSeconds(5);
    private static final Duration RETRY_VENDOR = Duration.ofSeconds(5);

    static final String COLUMNS = """
            select g.id, t.name as tenant, g.key_id, g.state, g.model_name, g.images, g.attempt, g.quoted_credits,
                   g.captured_credits, g.charged_credits, g.upstream_job_id, g.error, g.created_at, g.completed_at, g.labels
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

    private static final String HISTORY = """
            select g.tenant_id, k.name as key, g.asked_by, g.traceparent, g.accepted_at, g.attempt_open,
                   coalesce(g.attempts_failed_at, '{}') as failed_at, coalesce(g.attempts_failed_by, '{}') as failed_by
              from generation g left join api_key k on k.id = g.key_id
             where g.id = :id
            """;

    private static final UUID HIGHEST_ID = new UUID(-1, -1);

    private final JdbcClient jdbc;
    private final Apiframe apiframe;
    private final VendorRateLimiter rate;
    private final Settlement settlement;

    Reviews(JdbcClient jdbc, Apiframe apiframe, VendorRateLimiter rate, Settlement settlement) {
        this.rate = rate;
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

    /** Of one that {@link #find finds}. */
    public GenerationHistory history(GenerationId id) {
        return jdbc.sql(HISTORY)
                .param("id", id.value())
                .query((row, _) -> history(row))
                .single();
    }

    private static GenerationHistory history(ResultSet row) throws SQLException {
        String traceparent = row.getString("traceparent");
        Timestamp[] times = (Timestamp[]) row.getArray("failed_at").getArray();
        String[] outcomes = (String[]) row.getArray("failed_by").getArray();
        return new GenerationHistory(
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getString("key"),
                row.getString("asked_by"),
                traceparent == null ? null : traceparent.split("-", 3)[1],
                SqlTimes.instantOrNull(row, "accepted_at"),
                row.getBoolean("attempt_open"),
                IntStream.range(0, times.length)
                        .mapToObj(index -> new FailedAttempt(times[index].toInstant(), outcomes[index]))
                        .toList());
    }

    /**
     * Asks the vendor for the job that a generation is to be settled from. Not for a transaction.
     *
     * @throws ResolutionNotPossible if the vendor has no such job, or it has not completed
     * @throws ProblemException if the vendor does not answer, or may not be asked now
     */
    public VendorJob completedJob(VendorJobId id) {
        if (!takeCall()) {
            throw unavailable("it asks for a pause");
        }
        return switch (apiframe.read(id, this::takeCall)) {
            case Found(VendorJob job) when job.status() == VendorJob.Status.COMPLETED -> job;
            case Found(VendorJob job) ->
                throw new ResolutionNotPossible("The vendor's job " + id + " is " + job.status()
                        + ", not COMPLETED: there is nothing to capture");
            case Missing _ -> throw new ResolutionNotPossible("The vendor knows no job " + id);
            case Unavailable unavailable -> throw unavailable(unavailable.reason());
        };
    }

    private boolean takeCall() {
        return rate.take(Purpose.OTHER, PATIENCE_FOR_CALL);
    }

    private static ProblemException unavailable(String reason) {
        return new ProblemException(
                Problem.of(ProblemCode.UPSTREAM_UNAVAILABLE, "The vendor cannot be asked for the job now: " + reason),
                RETRY_VENDOR);
    }

    /**
     * Ends a generation in review as this job ended, and captures what the vendor charged, at most the hold.
     *
     * @throws ResolutionNotPossible if it is not in review, or the job is not its own
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void capture(GenerationId id, VendorJob job, String actor, String reason) {
        try {
            if (!settlement.captureReviewed(id, job, actor, reason)) {
                throw refusal(id, job);
            }
        } catch (DuplicateKeyException taken) {
            throw new ResolutionNotPossible("The vendor's job " + job.id() + " belongs to another generation");
        }
    }

    /**
     * Ends a generation in review FAILED; its credits are free.
     *
     * @throws ResolutionNotPossible if it is not in review
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void release(GenerationId id, String actor, String reason) {
        if (!settlement.releaseReviewed(id, actor, reason)) {
            throw refusal(id, null);
        }
    }

    private ResolutionNotPossible refusal(GenerationId id, @Nullable VendorJob job) {
        GenerationSummary known = find(id).orElseThrow();
        if (!known.state().equals("IN_REVIEW")) {
            return new ResolutionNotPossible("Generation " + id + " is " + known.state() + ", not IN_REVIEW");
        }
        return job == null || known.upstreamJobId() == null
                ? new ResolutionNotPossible("Generation " + id + " belongs to another vendor than this gateway's")
                : new ResolutionNotPossible(
                        "Generation " + id + " has the vendor's job " + known.upstreamJobId() + ", not " + job.id());
    }

    static GenerationSummary summary(ResultSet row) throws SQLException {
        return new GenerationSummary(
                row.getObject("id", UUID.class),
                row.getString("tenant"),
                row.getObject("key_id", UUID.class),
                row.getString("state"),
                row.getString("model_name"),
                row.getInt("images"),
                row.getInt("attempt"),
                row.getLong("quoted_credits"),
                row.getObject("captured_credits", Long.class),
                row.getObject("charged_credits", Long.class),
                row.getObject("upstream_job_id", UUID.class),
                row.getString("error"),
                SqlTimes.instant(row, "created_at"),
                SqlTimes.instantOrNull(row, "completed_at"),
                Labels.of(row));
    }
}
