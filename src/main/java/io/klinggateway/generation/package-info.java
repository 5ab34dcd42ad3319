/**
 * A tenant's job from request to terminal state. {@code Submission} serves the caller: admit, send, record. What it
 * cannot finish, {@code Resubmission} does, on any replica; {@code Tracking} reads open jobs. All three end a generation
 * through {@code Settlement}, which moves state and credits in one transaction. The row in the database is the queue:
 * whoever works on it has its lease, and may conclude only while its attempt is the newest.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "apiframe",
            "image",
            "ledger",
            "tenant",
            "webhook",
            "credits",
            "problem",
            "trace",
            "support"
        })
package io.klinggateway.generation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
