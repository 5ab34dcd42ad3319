/**
 * The books. Every tenant has a {@link io.klinggateway.ledger.Budget}, whose windows all hold at once; a hold sets credits of their
 * current periods aside, and one capture or one release resolves it. The database decides: a guarded update refuses what does not fit, a CHECK
 * backs it up, and the journal keeps every movement for ever. Holds are made by the SQL function {@code ledger_hold}
 * inside the caller's admission; all the rest goes through {@link io.klinggateway.ledger.Ledger}.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"background", "credits", "problem", "support"})
package io.klinggateway.ledger;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
