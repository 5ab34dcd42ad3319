/**
 * What operators watch and decide: generations in review, the books held against themselves, the vendor's balance, and
 * what is open.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "queue",
            "generation",
            "apiframe",
            "imagerequest",
            "ledger",
            "credits",
            "problem",
            "background",
            "support"
        })
package io.klinggateway.reconciliation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
