package io.klinggateway.apiframe;

import io.klinggateway.credits.Credits;

/** The operator's account at the vendor. */
public record VendorAccount(Credits balance) {}
