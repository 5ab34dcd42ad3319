/**
 * The benchmark: PostgreSQL, a stub of the vendor that keeps to its rate, replicas of the packaged jar and a generator of
 * load, each a process of its own. All settings are those that are shipped; what is measured is what a caller waits for,
 * what the vendor is called for, and what the gateway takes.
 *
 * <p>{@code BenchmarkIT} and {@code GrowthIT} run in the Maven profile {@code bench}. All they leave is in {@code
 * target/bench}.
 */
@NullMarked
package io.klinggateway.bench;

import org.jspecify.annotations.NullMarked;
