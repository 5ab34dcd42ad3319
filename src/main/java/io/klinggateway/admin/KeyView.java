package io.klinggateway.admin;

import io.klinggateway.ledger.BudgetStatus;
import io.klinggateway.ledger.WindowView;
import io.klinggateway.tenant.CidrBlock;
import io.klinggateway.tenant.IssuedKey;
import io.klinggateway.tenant.RegisteredKey;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A key as operators see it: never the key itself, nor its digest.
 *
 * @param prefix null if the configuration gave nothing but the digest
 * @param declared by the configuration: it does not change here
 * @param lastUsedAt to the minute
 * @param lastUsedFrom the address that the first request of that minute came from
 * @param replacedBy the key that a rotation put in its place
 * @param budget of its own; null if it spends only from its tenant's
 * @param allowedNetworks whence it may be used; empty if from anywhere
 */
@Schema(name = "OperatorKey")
public record KeyView(
        UUID id,
        String name,
        @Schema(example = "kg_4fQz0") @Nullable String prefix,
        KeyStatus status,
        boolean declared,
        Instant createdAt,
        @Nullable Instant lastUsedAt,
        @Schema(example = "10.20.4.7") @Nullable String lastUsedFrom,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable UUID replacedBy,
        @Nullable OwnBudget budget,
        List<String> allowedNetworks) {

    @Schema(name = "OperatorKeyStatus")
    public enum KeyStatus {
        ACTIVE,
        EXPIRED,
        REVOKED
    }

    /**
     * Inside the tenant's budget.
     *
     * @param available what the key may spend now, by its own windows and the tenant's
     * @param limitedBy whose window decides about that: "key", "tenant" or "window"
     */
    @Schema(name = "OperatorKeyBudget")
    public record OwnBudget(
            long available,

            @Schema(allowableValues = {"key", "tenant", "window"})
            String limitedBy,

            List<WindowView> windows) {

        static @Nullable OwnBudget of(@Nullable BudgetStatus budgetStatus) {
            return budgetStatus == null
                    ? null
                    : new OwnBudget(
                            budgetStatus.spendable().available().amount(),
                            budgetStatus.spendable().limitedBy().wire(),
                            budgetStatus.ofKey().stream().map(WindowView::of).toList());
        }
    }

    static KeyView of(RegisteredKey key, boolean declared, @Nullable BudgetStatus budgetStatus) {
        return new KeyView(
                key.id().value(),
                key.name(),
                key.prefix(),
                key.valid() ? KeyStatus.ACTIVE : key.revokedAt() == null ? KeyStatus.EXPIRED : KeyStatus.REVOKED,
                declared,
                key.createdAt(),
                key.lastUsedAt(),
                key.lastUsedFrom(),
                key.expiresAt(),
                key.revokedAt(),
                key.replacedBy() == null ? null : key.replacedBy().value(),
                OwnBudget.of(budgetStatus),
                key.allowedNetworks().stream().map(CidrBlock::toString).toList());
    }

    /**
     * A new key, this once with the key itself.
     *
     * @param key to be handed on and forgotten
     */
    @Schema(name = "OperatorIssuedKey")
    public record Issued(
            UUID id,
            String name,
            String prefix,
            String key,
            @Nullable Instant expiresAt,
            @Nullable OwnBudget budget) {

        static Issued of(IssuedKey issued, @Nullable BudgetStatus budgetStatus) {
            RegisteredKey key = issued.registered();
            return new Issued(
                    key.id().value(),
                    key.name(),
                    String.valueOf(key.prefix()),
                    issued.key(),
                    key.expiresAt(),
                    OwnBudget.of(budgetStatus));
        }

        @Override
        public String toString() {
            return "Issued[id=" + id + ", key=hidden]";
        }
    }
}
