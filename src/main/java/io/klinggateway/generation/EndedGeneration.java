package io.klinggateway.generation;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.TenantId;
import java.time.Duration;

/**
 * A generation that the vendor's job has just ended.
 *
 * @param webhook whether the tenant wants to be told, of some end at least
 * @param lasted from its admission
 */
record EndedGeneration(Credits quoted, Credits captured, boolean webhook, Duration lasted, TenantId tenant) {}
