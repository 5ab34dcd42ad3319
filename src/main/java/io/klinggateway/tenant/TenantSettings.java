package io.klinggateway.tenant;

import org.jspecify.annotations.Nullable;

/**
 * What operators, a declaration or its own admins have set for a tenant beside its budget.
 *
 * @param costCentre whose books its spend goes to; null if nobody has said
 * @param retentionDays how many days after a job's end its request is kept; null: as long as all others'
 * @param selfService within which bounds the team manages its own keys; null if it may not
 * @param defaultWebhook of jobs whose requests say nothing of one; null if there is none
 */
public record TenantSettings(
        @Nullable String costCentre,
        @Nullable Integer retentionDays,
        Limits limits,
        @Nullable SelfService selfService,
        @Nullable DefaultWebhook defaultWebhook) {

    public static final int LONGEST_RETENTION_DAYS = 3650;

    public TenantSettings {
        if (retentionDays != null && (retentionDays < 0 || retentionDays > LONGEST_RETENTION_DAYS)) {
            throw new IllegalArgumentException(
                    "requests are kept from 0 to " + LONGEST_RETENTION_DAYS + " days: " + retentionDays);
        }
    }

    /** The same with another default webhook, or none. */
    public TenantSettings with(@Nullable DefaultWebhook webhook) {
        return new TenantSettings(costCentre, retentionDays, limits, selfService, webhook);
    }
}
