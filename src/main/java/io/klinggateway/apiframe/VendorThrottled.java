package io.klinggateway.apiframe;

import java.time.Duration;

/** The vendor has answered 429: nothing may be called for that long, by any replica. */
public record VendorThrottled(Duration pause) {}
