package io.klinggateway.tenant;

import io.klinggateway.ledger.KeyId;

/**
 * Who sent a request: a tenant, by one of its keys.
 *
 * @param keyPrefix the first characters of the key as it was sent, for its owner to recognise it by
 */
public record Caller(Tenant tenant, KeyId keyId, String keyName, String keyPrefix) {}
