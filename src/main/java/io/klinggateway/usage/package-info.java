/**
 * What was spent, over time: by tenant, key, day and model, as JSON or CSV; and the gauges and totals that dashboards show.
 * Reads the journal and totals that the journal keeps, so its sums are the budgets'. Only its SQL may read other modules'
 * tables.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"background", "tenant", "ledger", "image", "credits", "problem", "support"})
package io.klinggateway.usage;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
