package io.klinggateway.apiframe;

import java.math.BigDecimal;

/**
 * What the vendor's catalogue says that our model costs, in credits. It does not say whether that is for an image or for a
 * request.
 */
public record CataloguePrice(BigDecimal lowest, BigDecimal highest) {}
