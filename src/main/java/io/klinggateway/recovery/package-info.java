/**
 * After a restore: while a {@link io.klinggateway.recovery.Recovery} is under way no replica admits or sends anything. The
 * vendor's list since the moment that the books were restored to is held against them; what they do not know is booked on its
 * team where a trace of it is left, and is an orphan else. Then the admission gate opens, on all replicas.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {"orphan", "generation", "queue", "apiframe", "problem", "background", "support"})
package io.klinggateway.recovery;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
