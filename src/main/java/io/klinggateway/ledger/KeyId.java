package io.klinggateway.ledger;

import java.util.UUID;

/** Identifies the tenant's key that spent; never the key itself. */
public record KeyId(UUID value) {

    @Override
    public String toString() {
        return value.toString();
    }
}
