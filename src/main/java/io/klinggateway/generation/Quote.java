package io.klinggateway.generation;

import io.klinggateway.credits.Credits;
import io.klinggateway.problem.ProblemCode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a request would cost, and whether it would be admitted at that moment. Nothing is held for it.
 *
 * @param available what the key may hold
 * @param obstacle the code of the error that generating would answer with; null if it would be admitted
 * @param resetsAt when the budget starts anew; null if it never does
 */
public record Quote(
        Credits price,
        Credits available,
        @Nullable ProblemCode obstacle,
        @Nullable Instant resetsAt) {

    public boolean admitted() {
        return obstacle == null;
    }
}
