package io.klinggateway.ledger;

import io.klinggateway.credits.Credits;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A hold does not fit into what its period has left; nothing was changed. */
public final class InsufficientCredits extends RuntimeException {

    private final Credits required;
    private final Credits available;
    private final @Nullable Instant resetsAt;

    /** @param resetsAt when the next period begins; null if none does */
    public InsufficientCredits(Credits required, Credits available, @Nullable Instant resetsAt) {
        super("required " + required.amount() + ", available " + available.amount());
        this.required = required;
        this.available = available;
        this.resetsAt = resetsAt;
    }

    public Credits required() {
        return required;
    }

    public Credits available() {
        return available;
    }

    public @Nullable Instant resetsAt() {
        return resetsAt;
    }
}
