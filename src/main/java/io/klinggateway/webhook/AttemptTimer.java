package io.klinggateway.webhook;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Ends an attempt at the timeout, whatever the receiver does. */
final class AttemptTimer implements AutoCloseable {

    private final Duration timeout;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    AttemptTimer(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * @param failure the kind of a failure; messages may repeat what a receiver said
     * @param abort ends what is still under way
     */
    AttemptOutcome attempt(
            Callable<AttemptOutcome> exchange, Function<@Nullable Throwable, String> failure, Runnable abort) {
        Future<AttemptOutcome> running = threads.submit(exchange);
        try {
            return running.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            return new AttemptOutcome.Failed("timeout");
        } catch (ExecutionException failed) {
            return new AttemptOutcome.Failed(failure.apply(failed.getCause()));
        } catch (CancellationException closed) {
            return new AttemptOutcome.Failed("interrupted");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new AttemptOutcome.Failed("interrupted");
        } finally {
            running.cancel(true);
            abort.run();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
