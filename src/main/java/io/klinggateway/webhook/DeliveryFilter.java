package io.klinggateway.webhook;

import io.klinggateway.ledger.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * Which deliveries.
 *
 * @param tenant null for those of all
 */
public record DeliveryFilter(@Nullable TenantId tenant, Wanted wanted) {

    /** How far they have come. */
    public enum Wanted {
        ALL("true"),
        /** Those that failed at least once and have not succeeded since. */
        FAILING("(d.status = 'failed' or d.status = 'pending' and d.attempts > 0)"),
        RETRYING("d.status = 'pending' and d.attempts > 0"),
        GIVEN_UP("d.status = 'failed'"),
        DELIVERED("d.status = 'delivered'");

        private final String condition;

        Wanted(String condition) {
            this.condition = condition;
        }

        String condition() {
            return condition;
        }
    }

    /** For the table of deliveries as {@code d}. */
    String condition() {
        return wanted.condition + (tenant == null ? "" : " and d.tenant_id = :tenant");
    }
}
