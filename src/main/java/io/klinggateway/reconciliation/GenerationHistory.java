package io.klinggateway.reconciliation;

import io.klinggateway.ledger.TenantId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a generation came about, for operators.
 *
 * @param key the name of the key that asked; null if it is not known any more
 * @param person who asked by that key at the console; null for the key's holder, and once the request is erased
 * @param traceId of the trace of the request; null if it was in none
 * @param acceptedAt when the vendor was known to have the job; null if it never was
 * @param open whether an attempt is under way, or its answer was never recorded
 * @param failed attempts to send it that the vendor did not accept, the oldest first, at most the latest 20
 */
public record GenerationHistory(
        TenantId tenant,
        @Nullable String key,
        @Nullable String person,
        @Nullable String traceId,
        @Nullable Instant acceptedAt,
        boolean open,
        List<FailedAttempt> failed) {

    private static final int MOST = 20;

    /** @return whether more failed than are listed, of this many attempts */
    public boolean isCut(int attempts) {
        int others = (open ? 1 : 0) + (acceptedAt == null ? 0 : 1);
        return failed.size() == MOST && attempts - others > MOST;
    }

    /** @param outcome in words, of the gateway's own or of a status */
    public record FailedAttempt(Instant endedAt, String outcome) {}
}
