package io.klinggateway.ledger;

import java.util.UUID;

/** Identifies a budget of a key's own; a key and its successor share one. */
public record KeyBudgetId(UUID value) {}
