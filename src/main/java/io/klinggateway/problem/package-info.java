/**
 * The one error body of the gateway, its stable codes, the words that messages share, and request ids. Each error answer
 * leaves one line in the log. Framework errors and container errors are mapped here; a module that owns an exception says how
 * it is answered, in a {@link io.klinggateway.problem.ProblemMapping}.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"support"})
package io.klinggateway.problem;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
