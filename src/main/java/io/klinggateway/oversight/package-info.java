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
            "image",
            "ledger",
            "credits",
            "problem",
            "background",
            "support"
        })
package io.klinggateway.oversight;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
