/**
 * The pages under {@code /console}: for tenants, who sign in with a key, and for operators, who sign in with a token. Shows
 * and asks what the other modules offer, and decides nothing by itself. A session knows who signed in by id; every request
 * asks again whether that still holds.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "admin",
            "usage",
            "oversight",
            "queue",
            "job",
            "generation",
            "webhook",
            "tenant",
            "ledger",
            "apiframe",
            "image",
            "credits",
            "problem",
            "support"
        })
package io.klinggateway.console;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
