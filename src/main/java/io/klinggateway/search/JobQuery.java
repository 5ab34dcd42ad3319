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

    /** How a job has come out. */
    public enum JobOutcome {
        ANY("true"),
        OPEN("g.captured_credits is null"),
        COMPLETED("g.state = 'COMPLETED'"),
        FAILED("g.state = 'FAILED'"),
        CANCELLED("g.state = 'CANCELLED'");

        private final String condition;

        JobOutcome(String condition) {
            this.condition = condition;
        }

        String condition() {
            return condition;
        }
    }

    /** @param last not before {@code first}, as the database orders them */
    public record IdRange(UUID first, UUID last) {}
}
