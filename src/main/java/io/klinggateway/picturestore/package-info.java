/**
 * Images that stay: where a store is set up, the images of a completed generation are copied into it before the vendor deletes
 * them, and served from it. {@link io.klinggateway.picturestore.Pictures} takes them into the transaction that ends the generation;
 * any replica makes the copies. Whoever has a URL that the gateway signed may see the picture; such URLs end.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"webhook", "ledger", "problem", "background", "support"})
package io.klinggateway.picturestore;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
