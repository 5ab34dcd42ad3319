/**
 * The teams that call, and their keys. Of a key only its SHA-256 is stored; a caller that presents it acts as its tenant,
 * within the tenant's limits. Also the tenant's view of itself: {@code /v2/me} and {@code /v2/credits}.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"ledger", "credits", "problem", "support"})
package io.klinggateway.tenant;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
