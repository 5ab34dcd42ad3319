/**
 * The proof that nothing is lost: two processes of the gateway, and a third that comes and goes, over a real PostgreSQL and
 * a simulated vendor that keeps its own truth and its rate, with faults on every line between them and kills of every
 * process, under a load that follows from one seed and is more than the rate for a while. {@link
 * io.klinggateway.harness.Checker} holds what callers were told against the books and the vendor's truth, {@link
 * io.klinggateway.harness.RateChecker} the calls against the rate, {@link io.klinggateway.harness.FairnessChecker} the order
 * of the queue against what each team is owed, {@link io.klinggateway.harness.PictureChecker} the images that teams paid
 * for against the store.
 *
 * <p>{@code ShortProofIT} runs in the Maven profile {@code slow}, {@code LongProofIT} and {@code PlantedBugsIT} in
 * {@code harness}. All that happened stands in {@code target/harness}.
 */
@NullMarked
package io.klinggateway.harness;

import org.jspecify.annotations.NullMarked;
