/**
 * What teams and operators are told without asking: a budget's use reaches a threshold, a key expires, a webhook is given up,
 * a job is in review, the vendor's account runs low or is refused. {@code R__notice.sql} writes a notice with its deliveries
 * and their tasks in the transaction of its cause, once, by triggers on the tables where the causes stand; the delivery worker
 * of webhooks sends them. {@link io.klinggateway.notice.Notices} says what was raised, and where a team's notices go. The
 * operators' channels are settings, and only their names stand in the database.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"webhook", "tenant", "ledger", "problem", "background", "support"})
package io.klinggateway.notice;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
