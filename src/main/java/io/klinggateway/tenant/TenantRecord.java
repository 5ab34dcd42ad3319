package io.klinggateway.tenant;

import java.time.Instant;

/**
 * A tenant as operators know it.
 *
 * @param declared whether the configuration declares it; then it can be changed only there
 */
public record TenantRecord(Tenant tenant, TenantStatus status, boolean declared, Limits limits, Instant createdAt) {}
