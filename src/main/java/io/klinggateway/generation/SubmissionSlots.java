package io.klinggateway.generation;

import io.klinggateway.ledger.TenantId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Bounds how many submissions are under way at once, and so what they can ask of the database, the vendor and memory.
 * Who finds no free slot waits, bounded in number and time. Freed slots go round among the tenants that wait, so a tenant
 * with a thousand requests delays another tenant's one request by one turn. Within a tenant it is first come first served.
 */
final class SubmissionSlots {

    private final int mostWaiting;
    private final Duration longestWait;
    private final LinkedHashMap<TenantId, Deque<Waiter>> waiting = new LinkedHashMap<>();
    private int free;
    private int waitingCount;

    SubmissionSlots(int slots, int mostWaiting, Duration longestWait) {
        this.free = slots;
        this.mostWaiting = mostWaiting;
        this.longestWait = longestWait;
    }

    /** A place in the queue; its thread sleeps until a slot is handed to it. */
    private static final class Waiter {

        private final CountDownLatch turn = new CountDownLatch(1);
    }

    /** Permission for one submission; closing it hands it on. */
    interface Slot extends AutoCloseable {

        @Override
        void close();
    }

    /** @throws Overloaded if too many wait already, or no slot came free in time */
    Slot take(TenantId tenant) throws Overloaded {
        Waiter waiter;
        synchronized (this) {
            if (free > 0) {
                free--;
                return this::release;
            }
            waiter = enqueue(tenant);
        }
        if (!awaitTurn(waiter) && withdraw(tenant, waiter)) {
            throw new Overloaded();
        }
        return this::release;
    }

    synchronized int free() {
        return free;
    }

    synchronized int waiting() {
        return waitingCount;
    }

    /** A tenant may fill half of the queue: the rest is room for the others. */
    private Waiter enqueue(TenantId tenant) throws Overloaded {
        Deque<Waiter> queue = waiting.get(tenant);
        if (waitingCount >= mostWaiting || (queue != null && queue.size() >= Math.max(1, mostWaiting / 2))) {
            throw new Overloaded();
        }
        Waiter waiter = new Waiter();
        waiting.computeIfAbsent(tenant, _ -> new ArrayDeque<>()).addLast(waiter);
        waitingCount++;
        return waiter;
    }

    private boolean awaitTurn(Waiter waiter) {
        try {
            return waiter.turn.await(longestWait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** @return false if the slot was handed over in the last moment */
    private synchronized boolean withdraw(TenantId tenant, Waiter waiter) {
        Deque<Waiter> queue = waiting.get(tenant);
        if (queue == null || !queue.remove(waiter)) {
            return false;
        }
        waitingCount--;
        if (queue.isEmpty()) {
            waiting.remove(tenant);
        }
        return true;
    }

    private synchronized void release() {
        var next = waiting.pollFirstEntry();
        if (next == null) {
            free++;
            return;
        }
        Deque<Waiter> queue = next.getValue();
        Waiter waiter = queue.removeFirst();
        waitingCount--;
        if (!queue.isEmpty()) {
            waiting.put(next.getKey(), queue); // behind the other tenants
        }
        waiter.turn.countDown();
    }

    /** There is no room for the request now; nothing was done for it. */
    static final class Overloaded extends Exception {

        Overloaded() {
            super("no slot came free", null, false, false);
        }
    }
}
