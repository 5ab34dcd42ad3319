package io.klinggateway.tenant;

import io.klinggateway.ledger.KeyId;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request: a tenant, by one of its keys.
 *
 * @param keyPrefix the first characters of the key as it was sent, for its owner to recognise it by
 * @param person the name of the person who acts by the key without having it; null for the key's holder
 */
public record Caller(
        Tenant tenant,
        KeyId keyId,
        String keyName,
        String keyPrefix,
        @Nullable String person) {

    /** The key's holder. */
    public Caller(Tenant tenant, KeyId keyId, String keyName, String keyPrefix) {
        this(tenant, keyId, keyName, keyPrefix, null);
    }

    /** Somebody who acts by the key without having it. */
    public Caller as(String someone) {
        return new Caller(tenant, keyId, keyName, keyPrefix, someone);
    }
}
