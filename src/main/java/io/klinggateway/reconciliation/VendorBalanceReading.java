package io.klinggateway.reconciliation;

import java.time.Duration;

/**
 * What is left on the vendor's account.
 *
 * @param age how long ago the vendor said so
 */
public record VendorBalanceReading(long credits, Duration age) {}
