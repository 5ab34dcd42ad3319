/** Amounts of vendor credits: exact integers, never floating point. */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package io.klinggateway.credits;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
