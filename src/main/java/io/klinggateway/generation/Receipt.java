package io.klinggateway.generation;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.GenerationId;

/**
 * What a caller is told with a 202.
 *
 * @param status as tenants see it
 * @param remaining what the tenant may still spend
 */
record Receipt(GenerationId id, String status, boolean replayed, Credits cost, Credits remaining) {}
