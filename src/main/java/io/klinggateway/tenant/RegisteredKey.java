package io.klinggateway.tenant;

import io.klinggateway.ledger.KeyBudgetId;
import io.klinggateway.ledger.KeyId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key as operators know it: all but the key itself.
 *
 * @param prefix its first characters; null if only its digest was ever known
 * @param declared whether the configuration declares it; then it can be changed only there
 * @param budget a budget of its own; null if it spends only from its tenant's
 * @param lastUsedAt to the minute
 * @param lastUsedFrom the address that the first request of that minute came from
 * @param allowedNetworks whence it may be used; empty if from anywhere
 * @param valid neither revoked nor expired
 */
public record RegisteredKey(
        KeyId id,
        String name,
        @Nullable String prefix,
        boolean declared,
        @Nullable KeyBudgetId budget,
        Instant createdAt,
        @Nullable Instant lastUsedAt,
        @Nullable String lastUsedFrom,
        List<CidrBlock> allowedNetworks,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable KeyId replacedBy,
        boolean valid) {}
