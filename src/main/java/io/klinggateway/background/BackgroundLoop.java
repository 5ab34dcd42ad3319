package io.klinggateway.background;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Passes over what is due, one after the other, on one virtual thread. Runs from the start of the application until its
 * end, which waits for the pass that is under way. A failed pass is logged and followed by the next.
 */
public final class BackgroundLoop implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(BackgroundLoop.class);
    private static final Duration PATIENCE_AT_THE_END = Duration.ofSeconds(15);

    private final String name;
    private final Duration interval;
    private final BooleanSupplier pass;
    private volatile @Nullable Run run;

    /** @param pass answers whether more is waiting, so that the next pass follows at once */
    public BackgroundLoop(String name, Duration interval, BooleanSupplier pass) {
        this.name = name;
        this.interval = interval;
        this.pass = pass;
    }

    @Override
    public void start() {
        Run started = new Run();
        run = started;
        Thread.ofVirtual().name(name).start(started);
    }

    @Override
    public void stop() {
        Run stopped = run;
        run = null;
        if (stopped != null) {
            stopped.stop();
        }
    }

    /** Lets the other loops stop at the same time: their patience must not add up. */
    @Override
    public void stop(Runnable whenStopped) {
        Thread.ofVirtual().name(name + " stop").start(() -> {
            try {
                stop();
            } finally {
                whenStopped.run();
            }
        });
    }

    /** Lets the next pass begin at once; one that is under way is followed by another. */
    public void wake() {
        Run woken = run;
        if (woken != null) {
            woken.signals.release();
        }
    }

    @Override
    public boolean isRunning() {
        return run != null;
    }

    private final class Run implements Runnable {

        private final Semaphore signals = new Semaphore(0);
        private volatile boolean stopRequested;
        private final CountDownLatch ended = new CountDownLatch(1);

        @Override
        public void run() {
            try {
                boolean more = false;
                while (true) {
                    boolean _ = signals.tryAcquire(more ? 0 : interval.toMillis(), TimeUnit.MILLISECONDS);
                    signals.drainPermits();
                    if (stopRequested) {
                        return;
                    }
                    more = passSafely();
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            } finally {
                ended.countDown();
            }
        }

        private boolean passSafely() {
            try {
                return pass.getAsBoolean();
            } catch (RuntimeException | Error failure) {
                log.warn("{} pass failed, the next follows: {}", name, failure.getMessage(), failure);
                return false;
            }
        }

        void stop() {
            stopRequested = true;
            signals.release();
            try {
                if (!ended.await(PATIENCE_AT_THE_END.toMillis(), TimeUnit.MILLISECONDS)) {
                    log.warn("{} did not end in time; its leases will run out", name);
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
