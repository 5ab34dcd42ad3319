/**
 * Connections to the database: how the session of each is prepared, how many one team's requests may have, which of them are
 * given up, and whether what they lead to can be written to.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"problem"})
package io.klinggateway.datasource;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
