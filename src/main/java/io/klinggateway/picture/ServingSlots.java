package io.klinggateway.picture;

import io.klinggateway.ledger.TenantId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** How many pictures this replica serves at a time, of each team and of all. Who finds no room waits for a moment. */
final class ServingSlots {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Semaphore all;
    private final int perTenant;
    private final Map<TenantId, Semaphore> tenants = new ConcurrentHashMap<>();

    ServingSlots(int most, int perTenant) {
        this.all = new Semaphore(most, true);
        this.perTenant = perTenant;
    }

    /** @return empty if there is no room for a while */
    Optional<ServingSlot> take(TenantId tenant) {
        Semaphore own = tenants.computeIfAbsent(tenant, _ -> new Semaphore(perTenant, true));
        if (!acquire(own)) {
            return Optional.empty();
        }
        if (!acquire(all)) {
            own.release();
            return Optional.empty();
        }
        return Optional.of(() -> {
            all.release();
            own.release();
        });
    }

    private static boolean acquire(Semaphore semaphore) {
        try {
            return semaphore.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Room for one picture, until it is closed. */
    @FunctionalInterface
    interface ServingSlot extends AutoCloseable {

        @Override
        void close();
    }
}
