package io.klinggateway.tenant;

/** Whether a tenant's keys open anything. */
public enum TenantStatus {
    ACTIVE,
    /** Its requests are refused; what it has open is finished. */
    SUSPENDED
}
