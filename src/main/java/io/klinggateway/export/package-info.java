/**
 * All that the gateway keeps about a team, for its people to read or to take along: {@link io.klinggateway.export.TeamExport}.
 * Only its SQL may read other modules' tables.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"ledger"})
package io.klinggateway.export;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
