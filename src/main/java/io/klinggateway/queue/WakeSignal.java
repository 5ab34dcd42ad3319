package io.klinggateway.queue;

import java.time.Duration;

/** Lets one thread sleep until it is told that there is something to do, but never before the time it is held back to. */
final class WakeSignal {

    private boolean signalled;
    private long notBeforeNanos = System.nanoTime();
    private boolean heldBack;

    synchronized void signal() {
        signalled = true;
        notifyAll();
    }

    /** Signals are kept until that time, and it ends the next sleep. */
    synchronized void holdBack(Duration time) {
        notBeforeNanos = System.nanoTime() + time.toNanos();
        heldBack = true;
    }

    synchronized boolean isHeldBack() {
        return heldBack;
    }

    /** @param longest ends the sleep although there is no signal */
    synchronized void await(Duration longest) throws InterruptedException {
        long until = heldBack ? notBeforeNanos : System.nanoTime() + longest.toNanos();
        while (heldBack || !signalled) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                break;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        signalled = false;
        heldBack = false;
    }
}
