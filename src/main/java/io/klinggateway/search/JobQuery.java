package io.klinggateway.search;

import io.klinggateway.generation.Labels;
import io.klinggateway.ledger.TenantId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs to find; null leaves a condition out.
 *
 * @param tenant whose jobs; null for those of all, which are found without {@code words}
 * @param key the name of the key that asked for it
 * @param labels those that a job must all have
 * @param to exclusive
 * @param words that its prompt must have, in any order and case; the last may be a word's beginning
 * @param ids the bounds, both included, of a job's id of which only the beginning is known
 */
public record JobQuery(
        @Nullable TenantId tenant,
        JobOutcome outcome,
        @Nullable String key,
        @Nullable String model,
        Labels labels,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable String words,
        @Nullable IdRange ids) {

    public JobQuery {
        if (words != null && tenant == null) {
            throw new IllegalArgumentException("prompts are searched for one tenant");
        }
    }

    /** All of a tenant's. */
    public static JobQuery of(TenantId tenant) {
        return new JobQuery(tenant, JobOutcome.ANY, null, null, Labels.NONE, null, null, null, null);
    }

    /** What operators are to decide about. */
    public static JobQuery inReview() {
        return new JobQuery(null, JobOutcome.IN_REVIEW, null, null, Labels.NONE, null, null, null, null);
    }

    /** How a job has come out. */
    public enum JobOutcome {
        ANY("true"),
        OPEN("g.captured_credits is null"),
        COMPLETED("g.state = 'COMPLETED'"),
        FAILED("g.state = 'FAILED'"),
        CANCELLED("g.state = 'CANCELLED'"),
        /** As operators see it; its tenant sees it open. */
        IN_REVIEW("g.state = 'IN_REVIEW'");

        private final String condition;

        JobOutcome(String condition) {
            this.condition = condition;
        }

        String condition() {
            return condition;
        }

        /** Whether there are few at any time, with an index of their own. */
        boolean isFew() {
            return this == OPEN || this == IN_REVIEW;
        }

        /** Whether an index leads along those of a tenant, and of all. */
        boolean endedBadly() {
            return this == FAILED || this == CANCELLED;
        }
    }

    /** @param last not before {@code first}, as the database orders them */
    public record IdRange(UUID first, UUID last) {}
}
