/**
 * Tells tenants of the ends of their jobs. {@link io.klinggateway.webhook.Deliveries} takes what is to be told into the
 * transaction that ends the job; a task of db-scheduler brings it, at least once, signed with the tenant's own key as
 * the vendor signs. {@link io.klinggateway.webhook.WebhookUrlPolicy} decides which URLs may be called: at submission by what
 * the URL says, and again at connect time by every address that its name has then.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"tenant", "ledger", "problem", "trace", "support"})
package io.klinggateway.webhook;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
