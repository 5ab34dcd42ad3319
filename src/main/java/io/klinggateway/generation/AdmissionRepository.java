package io.klinggateway.generation;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.Deadline;
import io.klinggateway.credits.Credits;
import io.klinggateway.imagerequest.WebhookEvent;
import io.klinggateway.ledger.AvailableCredits;
import io.klinggateway.ledger.AvailableCredits.LimitedBy;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.RefusalCounts;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Columns;
import io.klinggateway.support.SqlTimes;
import io.klinggateway.tenant.Caller;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionOperations;

/** Decides about requests, in one transaction each or for several together. */
@Repository
public class AdmissionRepository {

    private static final String ADMIT = """
            select * from admit_generation(:id, :tenant, :key, :idempotencyKey, :requestHash, :webhookUrl, :webhookEvents,
                :modelName, :images, :credits, :upstream, :upstreamRequest, :replica, :acknowledged, :traceparent,
                cast(:labels as jsonb), :vendorIdempotencyKey, :askedBy)
            """;

    /** By the caller's key, or by what a call that the books have lost was sent as; in the same way as admit_generation. */
    private static final String KNOWN = """
            select exists (select from generation where tenant_id = :tenant and idempotency_key = :key)
                or exists (select from generation
                            where tenant_id = :tenant and vendor_idempotency_key = :vendorIdempotencyKey and idempotency_key is null
                              and upstream_job_id is not null)
            """;

    private static final String QUOTE = "select * from quote_generation(:tenant, :key, :credits)";

    private static final String SPENDABLE = "select * from caller_spendable(:tenant, :key, :credits)";

    /** A group gives up soon on a lock; each request is then tried by itself, with the connection's own timeout. */
    private static final String WAIT_BRIEFLY = "select set_config('lock_timeout', '1s', true)";

    /** What admit_generation locks first, for all at once. */
    private static final String LOCK_ALL = "select lock_admissions(:ids, :tenant, :keys)";

    private static final int MOST_IN_GROUP = 64;

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final Apiframe apiframe;
    private final ThisReplica replica;
    private final RefusalCounts refusals;
    private final GroupCommit<TenantId, AdmissionRequest, Admission.Decision> groups =
            new GroupCommit<>(MOST_IN_GROUP, this::admit);

    AdmissionRepository(
            JdbcClient jdbc,
            TransactionOperations transactions,
            Apiframe apiframe,
            ThisReplica replica,
            RefusalCounts refusals) {
        this.jdbc = jdbc;
        this.refusals = refusals;
        this.transactions = transactions;
        this.apiframe = apiframe;
        this.replica = replica;
    }

    /** @param acknowledged asked when its transaction begins: whether its caller gets a 202 whatever comes of the first attempt */
    record AdmissionRequest(NewGeneration generation, BooleanSupplier acknowledged) {}

    /**
     * Decides in one transaction; together with others of the same tenant if they come at the same moment. Asking again with
     * the same id answers as before.
     *
     * @throws OutcomeUnknown if an attempt may have been committed and the database stayed away until the deadline
     */
    Admission.Decision admit(NewGeneration generation, BooleanSupplier acknowledged, Deadline deadline) {
        AdmissionRequest request = new AdmissionRequest(generation, acknowledged);
        AtomicBoolean triedInGroup = new AtomicBoolean();
        Admission.Decision decision = CommitRetry.run(
                deadline,
                () -> triedInGroup.getAndSet(true)
                        ? admit(request)
                        : groups.run(generation.caller().tenant().id(), request));
        if (decision.admission() instanceof Admission.Insufficient insufficient) {
            refusals.add(insufficient.window(), insufficient.periodStart());
        }
        return decision;
    }

    boolean isKnown(TenantId tenant, IdempotencyKey key, VendorIdempotencyKey vendorIdempotencyKey) {
        return jdbc.sql(KNOWN)
                .param("tenant", tenant.value())
                .param("key", key.value())
                .param("vendorIdempotencyKey", vendorIdempotencyKey.value())
                .query(Boolean.class)
                .single();
    }

    private List<Admission.Decision> admit(List<AdmissionRequest> requests) {
        if (requests.size() == 1) {
            return List.of(admit(requests.getFirst()));
        }
        return Objects.requireNonNull(transactions.execute(_ -> {
            jdbc.sql(WAIT_BRIEFLY).query((_, _) -> true).single();
            jdbc.sql(LOCK_ALL)
                    .param(
                            "ids",
                            Columns.of(
                                    requests,
                                    UUID[]::new,
                                    request -> request.generation().id().value()))
                    .param(
                            "tenant",
                            requests.getFirst()
                                    .generation()
                                    .caller()
                                    .tenant()
                                    .id()
                                    .value())
                    .param("keys", Columns.of(requests, String[]::new, AdmissionRepository::idempotencyKey))
                    .query((_, _) -> true)
                    .list();
            return requests.stream().map(this::admit).toList();
        }));
    }

    private static @Nullable String idempotencyKey(AdmissionRequest request) {
        IdempotencyKey key = request.generation().idempotencyKey();
        return key == null ? null : key.value();
    }

    private Admission.Decision admit(AdmissionRequest request) {
        NewGeneration generation = request.generation();
        return jdbc.sql(ADMIT)
                .param("id", generation.id().value())
                .param("tenant", generation.caller().tenant().id().value())
                .param("key", generation.caller().keyId().value())
                .param("idempotencyKey", idempotencyKey(request), Types.VARCHAR)
                .param("requestHash", generation.requestHash())
                .param("webhookUrl", storable(generation.request().webhookUrl()), Types.VARCHAR)
                .param("webhookEvents", webhookEvents(generation.request().webhookEvents()), Types.ARRAY)
                .param("modelName", generation.request().modelName().wire())
                .param("images", generation.request().imageCount())
                .param("credits", generation.price().amount())
                .param("upstream", apiframe.upstream())
                .param("upstreamRequest", generation.upstreamRequest())
                .param("replica", replica.id())
                .param("acknowledged", request.acknowledged().getAsBoolean())
                .param("traceparent", generation.traceparent(), Types.VARCHAR)
                .param("labels", generation.labels().toJson(), Types.VARCHAR)
                .param("vendorIdempotencyKey", vendorIdempotencyKey(generation), Types.OTHER)
                .param("askedBy", generation.caller().person(), Types.VARCHAR)
                .query((row, _) -> new Admission.Decision(admission(row), allowance(row)))
                .single();
    }

    private static @Nullable UUID vendorIdempotencyKey(NewGeneration generation) {
        return generation.idempotencyKey() == null
                ? null
                : generation.vendorIdempotencyKey().value();
    }

    private static String @Nullable [] webhookEvents(@Nullable List<WebhookEvent> events) {
        return events == null ? null : events.stream().map(WebhookEvent::wire).toArray(String[]::new);
    }

    /** PostgreSQL's text has no lone surrogates; the URL standard reads one as this escape. */
    private static @Nullable String storable(@Nullable String url) {
        return url == null ? null : url.replaceAll("\\p{Cs}", "%EF%BF%BD");
    }

    /**
     * Counts the request, and says whether a generation at this price would be admitted.
     *
     * @param allowance is told where the tenant stands with its requests, whatever comes of this one
     * @throws ProblemException if the tenant is out of requests
     */
    public Quote quote(Caller caller, Credits price, Consumer<RequestAllowance> allowance) {
        return jdbc.sql(QUOTE)
                .param("tenant", caller.tenant().id().value())
                .param("key", caller.keyId().value())
                .param("credits", price.amount())
                .query((row, _) -> {
                    RequestAllowance requests = allowance(row);
                    if (requests != null) {
                        allowance.accept(requests);
                    }
                    return quote(row, price);
                })
                .single();
    }

    /** What the caller may hold now beside this price; counts as no request, and leaves the queue out of account. */
    public Quote quoteUncounted(Caller caller, Credits price) {
        return jdbc.sql(SPENDABLE)
                .param("tenant", caller.tenant().id().value())
                .param("key", caller.keyId().value())
                .param("credits", price.amount())
                .query((row, _) -> {
                    AvailableCredits left = spendable(row);
                    return new Quote(
                            price,
                            left,
                            price.compareTo(left.available()) <= 0 ? null : ProblemCode.INSUFFICIENT_CREDITS);
                })
                .single();
    }

    private static Quote quote(ResultSet row, Credits price) throws SQLException {
        ProblemCode obstacle = switch (row.getString("verdict")) {
            case "ADMITTED" -> null;
            case "INSUFFICIENT" -> ProblemCode.INSUFFICIENT_CREDITS;
            case "QUEUE_FULL" -> ProblemCode.QUEUE_FULL;
            case "RATE_LIMITED" -> throw LimitReached.ofRequests(Objects.requireNonNull(allowance(row)));
            default -> throw new IllegalStateException("unknown verdict " + row.getString("verdict"));
        };
        return new Quote(price, spendable(row), obstacle);
    }

    private static AvailableCredits spendable(ResultSet row) throws SQLException {
        return new AvailableCredits(
                new Credits(row.getLong("available")),
                LimitedBy.valueOf(row.getString("limited_by")),
                row.getString("window_name"),
                SqlTimes.instantOrNull(row, "resets_at"));
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
            case "ADMITTED" -> new Admission.Admitted(available, row.getBoolean("acknowledged"));
            case "REPLAYED" ->
                new Admission.Replayed(
                        new GenerationId(row.getObject("generation_id", UUID.class)),
                        row.getString("status"),
                        new Credits(row.getLong("credits")),
                        available);
            case "CONFLICT" -> new Admission.Conflict();
            case "KEY_USED" -> new Admission.KeyUsed();
            case "INSUFFICIENT" ->
                new Admission.Insufficient(
                        spendable(row),
                        row.getObject("window_id", UUID.class),
                        row.getObject("period_start", LocalDate.class));
            case "RATE_LIMITED" -> new Admission.RateLimited(Objects.requireNonNull(allowance(row)));
            case "QUEUE_FULL" -> new Admission.QueueFull();
            case "ACCOUNT_REFUSED" ->
                new Admission.AccountRefused(Duration.ofSeconds(row.getInt("account_refused_seconds")));
            case "RECOVERING" -> new Admission.Recovering();
            case "KEY_INVALID" -> new Admission.KeyInvalid();
            case "TENANT_SUSPENDED" -> new Admission.TenantSuspended();
            default -> throw new IllegalStateException("unknown verdict " + row.getString("verdict"));
        };
    }
}
