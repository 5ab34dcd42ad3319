package io.klinggateway.orphan;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.Deadline;
import io.klinggateway.apiframe.JobReading.Found;
import io.klinggateway.apiframe.JobReading.Missing;
import io.klinggateway.apiframe.JobReading.Unavailable;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.generation.LostJobBooking;
import io.klinggateway.generation.Settlement;
import io.klinggateway.generation.VendorCallbackUrls.Subject;
import io.klinggateway.generation.VendorIdempotencyKey;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.queue.VendorRateLimiter;
import io.klinggateway.queue.VendorRateLimiter.Purpose;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/** The jobs that no team pays for, and what becomes of them. Each is resolved once. */
@Component
public class Orphans {

    private static final Logger log = LoggerFactory.getLogger(Orphans.class);
    private static final Duration PATIENCE_FOR_CALL = Duration.ofSeconds(5);
    private static final Duration RETRY_VENDOR = Duration.ofSeconds(5);
    private static final String ACTOR = "gateway";

    private final OrphanRepository orphans;
    private final LostJobBooking lost;
    private final Settlement settlement;
    private final Apiframe apiframe;
    private final VendorRateLimiter rate;
    private final TransactionOperations transactions;
    private final OrphanSettings settings;

    Orphans(
            OrphanRepository orphans,
            LostJobBooking lost,
            Settlement settlement,
            Apiframe apiframe,
            VendorRateLimiter rate,
            TransactionOperations transactions,
            OrphanSettings settings) {
        this.settings = settings;
        this.transactions = transactions;
        this.orphans = orphans;
        this.lost = lost;
        this.settlement = settlement;
        this.apiframe = apiframe;
        this.rate = rate;
    }

    /**
     * Newest first.
     *
     * @param all those that are resolved, too
     */
    public Page<OrphanJob> list(boolean all, @Nullable PageCursor before, int limit) {
        List<OrphanJob> found = orphans.list(
                all, before == null ? null : before.createdAt(), before == null ? null : before.id(), limit + 1);
        return Page.of(found, limit, last -> new PageCursor(last.createdAt(), last.upstreamJobId()).encode());
    }

    public Optional<OrphanJob> find(VendorJobId job) {
        return orphans.find(job);
    }

    /**
     * Without those that may be the job of a generation whose attempts have no certain answer yet.
     *
     * @param credits as far as the vendor has said what it took
     */
    public record Unresolved(long jobs, long credits) {}

    public Unresolved unresolved() {
        OrphanRepository.Summary known = orphans.summary();
        return new Unresolved(known.jobs(), known.credits());
    }

    /**
     * Records those jobs that no generation has and that the vendor took credits for, unless they may be somebody else's. May be
     * repeated.
     *
     * @return those that no generation has or had, and that are not resolved
     */
    public List<VendorJob> record(List<VendorJob> jobs) {
        Set<VendorJobId> unknown = orphans.forgotten(jobs);
        List<VendorJob> forgotten = jobs.stream()
                .filter(job -> unknown.contains(job.id()) && !givenBack(job))
                .toList();
        List<VendorJobId> fresh = forgotten.stream()
                .filter(job -> !settings.foreignJobs() && !isFree(job) && orphans.record(job))
                .map(VendorJob::id)
                .toList();
        if (!fresh.isEmpty()) {
            log.error(
                    "orphan: the books do not know {} vendor jobs, and no team pays for them: {}", fresh.size(), fresh);
        }
        return forgotten;
    }

    /** Whether it went, by the trace that it carries, to the generation that it was made for and that had no answer. */
    private boolean givenBack(VendorJob job) {
        return lost.subject(job).map(subject -> lost.giveBack(subject, job)).orElse(false);
    }

    /** What the vendor says of an orphan now. */
    void look(VendorJob job) {
        if (!givenBack(job)) {
            orphans.shown(job, isFree(job));
        }
    }

    /** Whether the vendor has given back what it took for it. */
    public static boolean isFree(VendorJob job) {
        return job.status() == VendorJob.Status.FAILED || job.status() == VendorJob.Status.CANCELLED;
    }

    /**
     * Gives a job to the generation that it was made for, or books it on the team whose URL its request carries. May be repeated.
     *
     * @return whether the books have it now; what the team was told the end of already is left an orphan
     */
    public boolean bookTraced(Subject subject, VendorJob job) {
        if (lost.giveBack(subject, job)) {
            return true;
        }
        Optional<GenerationId> booked = Objects.requireNonNull(transactions.execute(_ -> {
            orphans.record(job);
            return book(subject.tenant(), subject.key(), job, ACTOR, "found by its callback URL");
        }));
        booked.ifPresent(generation -> settle(generation, job));
        return booked.isPresent();
    }

    /**
     * Asks the vendor for an orphan's job, so that it can be booked. Not for a transaction.
     *
     * @throws ProblemException if there is nothing to book, or the vendor does not answer
     */
    public VendorJob bookable(VendorJobId id) {
        if (!takeCall()) {
            throw unavailable("it asks for a pause");
        }
        return switch (apiframe.read(id, this::takeCall)) {
            case Found(VendorJob job) -> bookable(job);
            case Missing _ -> throw conflict("The vendor knows no job " + id);
            case Unavailable unavailable -> throw unavailable(unavailable.reason());
        };
    }

    private boolean takeCall() {
        return rate.take(Purpose.OTHER, PATIENCE_FOR_CALL);
    }

    private VendorJob bookable(VendorJob job) {
        if (isFree(job)) {
            throw conflict("The vendor's job " + job.id() + " is " + job.status()
                    + " and cost nothing; there is nothing to book");
        }
        if (givenBack(job)) {
            throw conflict("The vendor's job " + job.id() + " belongs to a generation that is open, which has it now");
        }
        if (lost.cost(job).isEmpty()) {
            throw conflict(
                    "The vendor does not say yet what its job " + job.id() + " costs; book it when it has ended");
        }
        return job;
    }

    /**
     * Books an orphan on a team, once, in the caller's transaction: the credits are held in the periods in which the vendor made
     * the job, whatever is left there. {@link #settle} it afterwards.
     *
     * @throws ProblemException if it is resolved already, in the books, or may be the job of a generation without a certain answer
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public GenerationId assign(VendorJob job, TenantId tenant, String actor, String reason) {
        List<GenerationId> owners = orphans.possibleOwners(job.id());
        if (!owners.isEmpty()) {
            throw conflict("The vendor's job " + job.id()
                    + " may belong to one of these generations, whose outcome is unknown: " + owners
                    + "; try again when they have ended");
        }
        return book(tenant, null, job, actor, reason)
                .orElseThrow(() -> conflict("The vendor's job " + job.id() + " is resolved already"));
    }

    private Optional<GenerationId> book(
            TenantId tenant, @Nullable VendorIdempotencyKey key, VendorJob job, String actor, String reason) {
        return lost.book(tenant, key, job, actor, reason).map(generation -> {
            if (!orphans.resolve(job.id(), "BOOKED", generation)) {
                throw conflict("The vendor's job " + job.id() + " is resolved already");
            }
            return generation;
        });
    }

    /** Ends the generation of an orphan that was booked as its job ended, if it has; otherwise tracking does. */
    public void settle(GenerationId generation, VendorJob job) {
        if (!job.isOpen()) {
            settlement.settle(generation, job, Deadline.in(PATIENCE_FOR_CALL));
        }
    }

    /**
     * Leaves an orphan unpaid for good: it is none of the gateway's, or nobody can tell whose.
     *
     * @throws ProblemException if it is resolved already
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void dismiss(VendorJobId job) {
        if (!orphans.resolve(job, "DISMISSED", null)) {
            throw conflict("The vendor's job " + job + " is resolved already");
        }
    }

    private static ProblemException conflict(String sentence) {
        return new ProblemException(Problem.of(ProblemCode.CONFLICT, sentence));
    }

    private static ProblemException unavailable(String reason) {
        return new ProblemException(
                Problem.of(ProblemCode.UPSTREAM_UNAVAILABLE, "The vendor cannot be asked for the job now: " + reason),
                RETRY_VENDOR);
    }
}
