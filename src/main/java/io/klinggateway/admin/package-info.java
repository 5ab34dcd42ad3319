/**
 * The operators' side: their API under {@code /admin/v1}, the record of what they did, the tenants that the configuration or a
 * pipeline declares, and what teams ask them for. Every change is one transaction with its line in the audit table.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "usage",
            "export",
            "erasure",
            "reconciliation",
            "orphan",
            "recovery",
            "queue",
            "generation",
            "signin",
            "webhook",
            "notice",
            "tenant",
            "ledger",
            "apiframe",
            "imagerequest",
            "credits",
            "problem",
            "support"
        })
package io.klinggateway.admin;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
