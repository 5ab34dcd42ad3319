/** Work that every replica does again and again beside serving requests. */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package io.klinggateway.background;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
