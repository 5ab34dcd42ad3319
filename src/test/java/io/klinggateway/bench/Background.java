package io.klinggateway.bench;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What goes on while something else is measured, on a thread of its own. */
final class Background {

    private Background() {}

    static <T> CompletableFuture<T> start(Supplier<T> work) {
        return CompletableFuture.supplyAsync(
                work, task -> Thread.ofPlatform().name("background").start(task));
    }
}
