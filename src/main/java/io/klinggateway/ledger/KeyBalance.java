package io.klinggateway.ledger;

import io.klinggateway.credits.Credits;

/**
 * A key's own budget in its tenant's current period.
 *
 * @param available what the key's own budget has left; the tenant's may have less
 */
public record KeyBalance(Credits limit, Credits held, Credits captured, Credits available) {}
