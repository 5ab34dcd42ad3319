/**
 * The one error body of the gateway, its stable codes, and request ids. Framework errors and container errors are
 * mapped here; a module that owns an exception maps it itself, with {@link io.klinggateway.problem.Problem}.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package io.klinggateway.problem;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
