/** The operators' side: the tenants that the configuration declares. */
@NullMarked
@ApplicationModule(allowedDependencies = {"generation", "tenant", "ledger", "apiframe", "image", "credits", "problem"})
package io.klinggateway.admin;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
