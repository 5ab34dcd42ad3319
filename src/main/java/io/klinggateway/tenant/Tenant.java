package io.klinggateway.tenant;

import io.klinggateway.ledger.TenantId;

/**
 * A team with a budget of its own.
 *
 * @param name 1 to 63 of {@code a-z0-9-}; stable, and safe as a metric label
 */
public record Tenant(TenantId id, String name) {}
