/**
 * The record of a tenant's request, which tenants call a job, and the one owner of its states: {@link io.klinggateway.generation.Admissions} makes it,
 * {@link io.klinggateway.generation.Generations} moves it on, {@link io.klinggateway.generation.Settlement} ends it and moves
 * the credits in the same transaction. The database refuses a change of state that {@code generation_may_become} does not
 * list. An attempt to send is the queue's to open; who opened it may conclude only while it is the newest.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "apiframe",
            "imagerequest",
            "ledger",
            "tenant",
            "webhook",
            "picturestore",
            "credits",
            "problem",
            "trace",
            "background",
            "support"
        })
package io.klinggateway.generation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
