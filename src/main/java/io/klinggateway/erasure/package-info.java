/**
 * Erases what a whole team has asked for and got, at an operator's wish: in steps, on any replica, and on after a crash.
 * {@link io.klinggateway.erasure.TenantErasures} takes an order down and says how far it has come. What a team spent stays.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"generation", "upload", "ledger", "background", "support"})
package io.klinggateway.erasure;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
