/** A gateway that runs as in production, over real PostgreSQL and a simulated vendor, for tests that call it over HTTP. */
@NullMarked
package io.klinggateway.running;

import org.jspecify.annotations.NullMarked;
