/**
 * The benchmark: PostgreSQL, a stub of the vendor, the packaged jar and a generator of load, each a process of its own.
 * It holds HTTP against what the database alone can do, one tenant against a thousand, and prints what it finds.
 *
 * <p>{@code BenchmarkIT} and {@code GrowthIT} run in the Maven profile {@code bench}. All they leave is in {@code
 * target/bench}.
 */
@NullMarked
package io.klinggateway.bench;

import org.jspecify.annotations.NullMarked;
