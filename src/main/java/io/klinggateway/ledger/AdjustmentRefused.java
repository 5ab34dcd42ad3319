package io.klinggateway.ledger;

/** An adjustment would take captured spend below zero or above what is allowed; nothing was changed. */
public final class AdjustmentRefused extends RuntimeException {

    private final long credits;
    private final transient Balance balance;

    AdjustmentRefused(long credits, Balance balance) {
        super("adjustment of " + credits + " refused: captured "
                + balance.captured().amount() + ", available "
                + balance.available().amount());
        this.credits = credits;
        this.balance = balance;
    }

    /** The adjustment, up or down. */
    public long credits() {
        return credits;
    }

    public Balance balance() {
        return balance;
    }
}
