package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.reconciliation.GenerationSummary;
import io.klinggateway.reconciliation.Reviews;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Ends generations that only an operator can end. */
@Component
public class ReviewOperations {

    private final Reviews reviews;
    private final AuditLog audit;
    private final TransactionOperations transactions;

    ReviewOperations(Reviews reviews, AuditLog audit, TransactionOperations transactions) {
        this.reviews = reviews;
        this.audit = audit;
        this.transactions = transactions;
    }

    /** What becomes of the hold. */
    public enum Outcome {
        /** Paid, from the vendor's completed job. */
        CAPTURE,
        /** Free again; the generation ends FAILED. */
        RELEASE
    }

    /** @param upstreamJobId the vendor's job to settle from; may be left out if the gateway knows it */
    @Schema(name = "Resolution")
    public record ReviewDecision(
            @NotNull(message = "is required: CAPTURE or RELEASE")
            Outcome outcome,

            @NotNull(message = "is required") @Pattern(regexp = Rules.REASON, message = Rules.REASON_RULE)
            String reason,

            @Nullable UUID upstreamJobId)
            implements OperatorBody {}

    public GenerationSummary resolve(Actor actor, GenerationId id, ReviewDecision asked) {
        GenerationSummary before = find(id);
        return switch (asked.outcome()) {
            case CAPTURE -> {
                // Asked before any transaction begins.
                VendorJob job = reviews.completedJob(jobOf(before, asked));
                yield inTransaction(actor, before, asked, () -> reviews.capture(id, job, actor.name(), asked.reason()));
            }
            case RELEASE ->
                inTransaction(actor, before, asked, () -> reviews.release(id, actor.name(), asked.reason()));
        };
    }

    private GenerationSummary inTransaction(
            Actor actor, GenerationSummary before, ReviewDecision asked, Runnable resolution) {
        return transactions.execute(_ -> {
            resolution.run();
            GenerationSummary after = find(new GenerationId(before.id()));
            audit.record(
                    actor,
                    Action.of("generation." + asked.outcome().name().toLowerCase(Locale.ROOT), before.tenant())
                            .about(before.id())
                            .because(asked.reason()),
                    before,
                    after);
            return after;
        });
    }

    private GenerationSummary find(GenerationId id) {
        return reviews.find(id).orElseThrow(() -> Refusals.notFound("There is no generation " + id));
    }

    private static VendorJobId jobOf(GenerationSummary generation, ReviewDecision asked) {
        UUID job = asked.upstreamJobId() == null ? generation.upstreamJobId() : asked.upstreamJobId();
        if (job == null) {
            throw new ProblemException(Problem.invalid(
                    "upstreamJobId", "is required: the vendor's job to settle from is not known to the gateway"));
        }
        return new VendorJobId(job);
    }
}
