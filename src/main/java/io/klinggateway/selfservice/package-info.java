/**
 * What teams do for themselves by the API: they ask for credits. Its paths begin with {@code /v2/gateway}, where the vendor has
 * none. The operations are those of {@code admin}, with the same rules and the same record.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"admin", "tenant", "problem", "support"})
package io.klinggateway.selfservice;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
