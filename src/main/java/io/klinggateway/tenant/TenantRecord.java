package io.klinggateway.tenant;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A tenant as operators know it.
 *
 * @param declared whether the configuration declares it; then it can be changed only there
 */
public record TenantRecord(
        Tenant tenant, TenantStatus status, boolean declared, TenantSettings settings, Instant createdAt) {

    /** See {@link TenantSettings}. */
    public @Nullable SelfService selfService() {
        return settings.selfService();
    }

    /** See {@link TenantSettings}. */
    public @Nullable DefaultWebhook defaultWebhook() {
        return settings.defaultWebhook();
    }
}
