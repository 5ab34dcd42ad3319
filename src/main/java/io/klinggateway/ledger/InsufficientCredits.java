package io.klinggateway.ledger;

import io.klinggateway.credits.Credits;

/** A hold does not fit into what its windows have left; nothing was changed. */
public final class InsufficientCredits extends RuntimeException {

    private final Credits required;
    private final transient AvailableCredits left;

    /** @param left what there is, and which window refuses */
    public InsufficientCredits(Credits required, AvailableCredits left) {
        super("required " + required.amount() + ", available "
                + left.available().amount());
        this.required = required;
        this.left = left;
    }

    public Credits required() {
        return required;
    }

    public AvailableCredits left() {
        return left;
    }
}
