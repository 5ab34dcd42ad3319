/**
 * A stand-in for apiframe that keeps to the vendor's contract: same calls, same refusals, same prices, real pictures. It
 * knows nothing of the gateway. {@link io.klinggateway.simulator.SimulatedVendor} is the state and the truth about it;
 * the HTTP layer above it may be wrapped in faults without touching that truth.
 */
@NullMarked
package io.klinggateway.simulator;

import org.jspecify.annotations.NullMarked;
