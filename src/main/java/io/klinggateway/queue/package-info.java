/**
 * The queue in front of the vendor's rate. Only {@link io.klinggateway.queue.Dispatcher} sends: it takes a call of the
 * account's rate, chooses whose generation it is spent on, and records what came of it. Rate and choice are one SQL
 * function, {@code queue_next}, so that all replicas share one rate and one order. Other calls to the vendor take theirs
 * from {@link io.klinggateway.queue.VendorRateLimiter}.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "generation",
            "apiframe",
            "tenant",
            "ledger",
            "credits",
            "background",
            "problem",
            "support"
        })
package io.klinggateway.queue;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
