/**
 * Orphans: jobs that the vendor took credits for and no team pays for. {@link io.klinggateway.orphan.OrphanCheck} holds the
 * vendor's list against the books, so that what they have forgotten shows; operators book an orphan to the team it was made
 * for, or dismiss it. One that turns out to be a generation's own, because the vendor answers a repeated attempt with it, is
 * none any more.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "generation",
            "queue",
            "apiframe",
            "ledger",
            "credits",
            "problem",
            "background",
            "support"
        })
package io.klinggateway.orphan;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
