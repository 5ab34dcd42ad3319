/**
 * What was spent, over time: by tenant, key, day, month, model and label, in credits and money, as JSON or CSV; and the gauges
 * and totals that dashboards show. Spend belongs to the day of its hold, whenever it is settled, so a month in which nothing is
 * open changes no more. Reads generations, the journal and totals that the journal keeps, so its sums are the budgets'. Only
 * its SQL may read other modules' tables.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "background",
            "generation",
            "tenant",
            "ledger",
            "imagerequest",
            "credits",
            "problem",
            "support"
        })
package io.klinggateway.usage;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
