package io.klinggateway.ledger;

import java.util.UUID;

/** Identifies a tenant; the owner of a budget. */
public record TenantId(UUID value) {

    @Override
    public String toString() {
        return value.toString();
    }
}
