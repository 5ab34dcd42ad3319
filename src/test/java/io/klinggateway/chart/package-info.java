/** Renders the Helm chart and holds every manifest against the Kubernetes models. No cluster is needed. */
@NullMarked
package io.klinggateway.chart;

import org.jspecify.annotations.NullMarked;
