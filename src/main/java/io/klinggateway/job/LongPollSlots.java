package io.klinggateway.job;

import io.klinggateway.ledger.TenantId;
import java.util.HashMap;
import java.util.Map;

/**
 * Long polls and streams on this replica: no more than its heap bears. A tenant alone has three quarters of the places, and
 * half of them while others wait. Beyond that a wait is cut short; it does not end at once, because a client that is answered at
 * once asks again at once.
 */
final class LongPollSlots {

    enum Stay {
        AS_LONG_AS_ASKED,
        BRIEF,
        NONE
    }

    private final int most;
    private final Map<TenantId, Integer> counts = new HashMap<>();
    private int all;

    LongPollSlots(int most) {
        this.most = most;
    }

    /** Unless the answer is {@link Stay#NONE}, it has to leave. */
    synchronized Stay enter(TenantId tenant) {
        Stay stay = stay(tenant);
        if (stay != Stay.NONE) {
            counts.merge(tenant, 1, Integer::sum);
            all++;
        }
        return stay;
    }

    /** Whether {@link #enter} would let it in now. */
    synchronized boolean hasRoom(TenantId tenant) {
        return stay(tenant) != Stay.NONE;
    }

    private Stay stay(TenantId tenant) {
        int own = counts.getOrDefault(tenant, 0);
        int share = own == all ? most * 3 / 4 : (most + 1) / 2;
        return all < most && own < share ? Stay.AS_LONG_AS_ASKED : all < most * 7 / 8 ? Stay.BRIEF : Stay.NONE;
    }

    /** To be called once for each one that entered. */
    synchronized void leave(TenantId tenant) {
        counts.computeIfPresent(tenant, (_, own) -> own == 1 ? null : own - 1);
        all--;
    }
}
