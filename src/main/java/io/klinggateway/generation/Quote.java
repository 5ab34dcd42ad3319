package io.klinggateway.generation;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.AvailableCredits;
import io.klinggateway.problem.ProblemCode;
import org.jspecify.annotations.Nullable;

/**
 * What a request would cost, and whether it would be admitted at that moment. Nothing is held for it.
 *
 * @param left what the key may hold, and which window of the budgets decides
 * @param obstacle the code of the error that generating would answer with; null if it would be admitted
 */
public record Quote(
        Credits price, AvailableCredits left, @Nullable ProblemCode obstacle) {

    public boolean admitted() {
        return obstacle == null;
    }
}
