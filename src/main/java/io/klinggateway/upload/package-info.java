/**
 * Pictures that teams bring: {@link io.klinggateway.upload.Uploads} passes a file on to the vendor while it is read, and knows
 * afterwards whose it is. The vendor keeps the file, for an hour or two; the gateway keeps nothing of it but its URL.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"queue", "apiframe", "tenant", "ledger", "problem", "background", "support"})
package io.klinggateway.upload;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
