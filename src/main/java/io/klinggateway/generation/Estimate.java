package io.klinggateway.generation;

import io.klinggateway.credits.Credits;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What admission would have said to a request at that moment.
 *
 * @param resetsAt when the budget starts anew; null if it never does
 */
public record Estimate(
        Verdict verdict, Credits available, @Nullable Instant resetsAt) {

    public enum Verdict {
        ADMITTED,
        INSUFFICIENT,
        QUEUE_FULL
    }
}
