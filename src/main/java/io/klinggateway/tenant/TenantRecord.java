package io.klinggateway.tenant;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A tenant as operators know it.
 *
 * @param declared whether the configuration declares it; then it can be changed only there
 * @param selfService within which bounds the team manages its own keys; null if it may not
 * @param costCentre whose books its spend goes to; null if nobody has said
 */
public record TenantRecord(
        Tenant tenant,
        TenantStatus status,
        boolean declared,
        @Nullable String costCentre,
        Limits limits,
        @Nullable SelfService selfService,
        Instant createdAt) {}
