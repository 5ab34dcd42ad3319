/**
 * The vendor, as the rest of the gateway sees it: {@link io.klinggateway.apiframe.Apiframe} submits and reads jobs, and
 * answers with sealed types that say what is certain. The vendor's HTTP and JSON, our key, WebClient and {@code Mono}
 * never leave this package.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"imagerequest", "credits", "support"})
package io.klinggateway.apiframe;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
