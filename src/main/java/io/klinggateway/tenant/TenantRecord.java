package io.klinggateway.tenant;

import java.time.Instant;

/**
 * A tenant as operators know it.
 *
 * @param declared the configuration says what it is; nobody else may change it
 */
public record TenantRecord(Tenant tenant, TenantStatus status, boolean declared, Limits limits, Instant createdAt) {}
