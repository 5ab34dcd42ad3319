/**
 * The proof that nothing is lost: two processes of the gateway over a real PostgreSQL and a simulated vendor that keeps
 * its own truth, with faults on every line between them and kills of every process, under a load that follows from one
 * seed. {@link io.klinggateway.harness.Checker} holds what callers were told against the books and the vendor's truth.
 *
 * <p>{@code ShortProofIT} is part of every build, {@code LongProofIT} and {@code PlantedBugsIT} run in the Maven profile
 * {@code harness}. All that happened stands in {@code target/harness}.
 */
@NullMarked
package io.klinggateway.harness;

import org.jspecify.annotations.NullMarked;
