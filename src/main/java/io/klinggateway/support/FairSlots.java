package io.klinggateway.support;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Room for so many things at a time on this replica, of each owner and of all, in the order of asking. Who finds none waits for
 * a moment. Owners are few, and never forgotten.
 */
public final class FairSlots<K> {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final int most;
    private final int perOwner;
    private final Semaphore all;
    private final Map<K, Semaphore> owners = new ConcurrentHashMap<>();

    public FairSlots(int most, int perOwner) {
        this.most = most;
        this.perOwner = perOwner;
        this.all = new Semaphore(most, true);
    }

    /**
     * @param ownFull thrown if the owner has no room for a while
     * @param allFull thrown if the replica has none
     */
    public Slot take(
            K owner, Supplier<? extends RuntimeException> ownFull, Supplier<? extends RuntimeException> allFull) {
        Semaphore own = owners.computeIfAbsent(owner, _ -> new Semaphore(perOwner, true));
        if (!acquire(own)) {
            throw ownFull.get();
        }
        if (!acquire(all)) {
            own.release();
            throw allFull.get();
        }
        return () -> {
            all.release();
            own.release();
        };
    }

    /** @param full thrown if there is no room for a while, of the owner or at all */
    public Slot take(K owner, Supplier<? extends RuntimeException> full) {
        return take(owner, full, full);
    }

    private static boolean acquire(Semaphore semaphore) {
        try {
            return semaphore.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** How many are taken. */
    public int inUse() {
        return most - all.availablePermits();
    }

    /** Room for one, until it is closed. */
    @FunctionalInterface
    public interface Slot extends AutoCloseable {

        @Override
        void close();
    }
}
