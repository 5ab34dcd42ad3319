package io.klinggateway.ledger;

/** A period's grants are at their highest; nothing was changed. */
final class GrantLimitExceeded extends RuntimeException {

    GrantLimitExceeded() {
        super("the period's grants would exceed 1000000000000000 credits");
    }
}
