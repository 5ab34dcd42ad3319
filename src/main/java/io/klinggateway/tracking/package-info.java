/**
 * Looks at the jobs that the vendor has until they end. {@link io.klinggateway.tracking.JobSweep} reads the vendor's list
 * for all of them at once, on one replica at a time; {@link io.klinggateway.tracking.UnlistedJobReader} reads singly what the list
 * does not show. What the vendor says by callback only makes the next sweep come sooner.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "generation",
            "picturestore",
            "queue",
            "apiframe",
            "ledger",
            "background",
            "problem",
            "support"
        })
package io.klinggateway.tracking;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
