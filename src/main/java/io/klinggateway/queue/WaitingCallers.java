package io.klinggateway.queue;

import io.klinggateway.ledger.GenerationId;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The callers on this replica that wait for a verdict, by their generations. */
final class WaitingCallers {

    private final ConcurrentMap<GenerationId, WaitingCaller> callers = new ConcurrentHashMap<>();

    WaitingCaller register(GenerationId id) {
        WaitingCaller caller = new WaitingCaller(id, () -> callers.remove(id));
        callers.put(id, caller);
        return caller;
    }

    @Nullable
    WaitingCaller find(GenerationId id) {
        return callers.get(id);
    }

    /** Tells those whose turn it was not that they have to wait. */
    void passed(long pass) {
        callers.values().stream()
                .filter(caller -> caller.isPassedOver(pass))
                .forEach(caller -> caller.tell(new SubmissionResult.NotYet()));
    }
}
