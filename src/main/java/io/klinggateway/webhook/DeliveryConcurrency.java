package io.klinggateway.webhook;

import io.klinggateway.ledger.TenantId;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Bounds the attempts under way for each tenant, so that one tenant's dead receiver delays no other. Thread-safe. */
final class DeliveryConcurrency {

    private final int most;
    private final ConcurrentMap<TenantId, Integer> underWay = new ConcurrentHashMap<>();

    DeliveryConcurrency(int most) {
        this.most = most;
    }

    /** @return whether there was one left; then it must be given back */
    boolean take(TenantId tenant) {
        boolean[] granted = {false};
        underWay.compute(tenant, (_, count) -> {
            int now = count == null ? 0 : count;
            granted[0] = now < most;
            return granted[0] ? now + 1 : now;
        });
        return granted[0];
    }

    void giveBack(TenantId tenant) {
        underWay.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
    }
}
