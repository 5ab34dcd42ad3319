/** Runs whole gateways and looks at them as an operator does: by metrics, traces and logs. */
@NullMarked
package io.klinggateway.watch;

import org.jspecify.annotations.NullMarked;
