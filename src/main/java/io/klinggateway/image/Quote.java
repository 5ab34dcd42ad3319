package io.klinggateway.image;

import io.klinggateway.credits.Credits;

/** The price of a request, known before the call. */
public record Quote(int images, Credits credits) {}
