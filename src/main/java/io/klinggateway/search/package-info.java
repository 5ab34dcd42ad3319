/**
 * Finds jobs and keys for people: by key, model, label, state and days, and a team's own by the words of their prompts. Its SQL
 * reads generations, keys and tenants, along an index where one leads to what is asked, and else a bounded stretch at a time: no
 * search walks along the whole history. A search for operators knows no prompts: those are their teams' alone.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"generation", "ledger", "background", "support"})
package io.klinggateway.search;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
