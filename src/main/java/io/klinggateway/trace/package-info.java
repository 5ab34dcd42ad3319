/**
 * Traces across gaps: what happens to a generation later, on another thread or replica, joins the trace of the call that
 * began it, because the rows between them keep a W3C {@code traceparent}.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package io.klinggateway.trace;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
