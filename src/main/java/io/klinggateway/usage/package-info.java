/**
 * What was spent, over time: by tenant, key, day and model, as JSON or CSV. Reads the journal, so its sums are the
 * budgets'. Its SQL alone may read other modules' tables.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"generation", "tenant", "ledger", "credits", "problem"})
package io.klinggateway.usage;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
