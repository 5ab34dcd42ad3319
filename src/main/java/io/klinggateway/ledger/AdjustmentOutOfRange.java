package io.klinggateway.ledger;

/** An adjustment would take captured spend below zero or above what is allowed; nothing was changed. */
final class AdjustmentOutOfRange extends RuntimeException {

    private final long credits;
    private final transient Balance balance;

    AdjustmentOutOfRange(long credits, Balance balance) {
        super("adjustment of " + credits + ": captured "
                + balance.captured().amount() + ", available "
                + balance.available().amount());
        this.credits = credits;
        this.balance = balance;
    }

    /** The adjustment, up or down. */
    long credits() {
        return credits;
    }

    Balance balance() {
        return balance;
    }
}
