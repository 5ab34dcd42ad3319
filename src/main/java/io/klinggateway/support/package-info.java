/** What several modules need and Java's own library lacks. It knows nothing of the gateway. */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package io.klinggateway.support;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
