package io.klinggateway.ledger;

import java.util.Comparator;
import java.util.Objects;

/** An adjustment would take captured spend below zero or above what is allowed; nothing was changed. */
final class AdjustmentOutOfRange extends RuntimeException {

    private final long credits;
    private final transient Account account;

    AdjustmentOutOfRange(long credits, Account account) {
        super("adjustment of " + credits);
        this.credits = credits;
        this.account = account;
    }

    /** In words that name what there is. */
    String sentence() {
        return credits < 0
                ? "The period's captured spend is " + mostCaptured() + " credits: it cannot be lowered by " + -credits
                : "The period has " + account.spendable().available().amount()
                        + " credits left: captured spend cannot be raised by " + credits;
    }

    private long mostCaptured() {
        return account.windows().stream()
                .map(WindowBalance::captured)
                .max(Comparator.naturalOrder())
                .map(captured -> Objects.requireNonNull(captured).amount())
                .orElse(0L);
    }
}
