package io.klinggateway.reconciliation;

import java.time.Duration;

/**
 * What the last check of the books found.
 *
 * @param rows on which the books disagree
 * @param age how long ago the books were checked
 */
public record Drift(long rows, Duration age) {}
