/**
 * Brings what is owed to receivers: webhooks, messages to chats, e-mail. An {@link io.klinggateway.webhook.Outbox} says what
 * that is; a task of db-scheduler for each delivery has it attempted, at least once. Here also is what tenants are told of the
 * ends of their jobs: {@link io.klinggateway.webhook.Deliveries} takes it into the transaction that ends the job, and it is
 * signed with the tenant's own key as the vendor signs. {@link io.klinggateway.webhook.WebhookUrlPolicy} decides which URLs
 * may be called: when one is handed in by what the URL says, and again at connect time by every address that its name has
 * then.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"tenant", "ledger", "problem", "trace", "support"})
package io.klinggateway.webhook;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
