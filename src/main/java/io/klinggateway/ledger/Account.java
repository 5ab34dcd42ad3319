package io.klinggateway.ledger;

/** A tenant's policy and what it has come to in the current period. */
public record Account(Budget budget, Balance balance) {}
