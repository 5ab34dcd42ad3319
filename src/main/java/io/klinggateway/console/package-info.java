/**
 * The pages under {@code /console}: for teams and for operators, who sign in with a key or a token, or as people by single
 * sign-on. A form is bound to the terms of the operators' API and calls the operation that the API calls, so both have the same rules. A
 * session knows who signed in by id; every request asks again whether that still holds.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "admin",
            "signin",
            "usage",
            "search",
            "reconciliation",
            "orphan",
            "recovery",
            "queue",
            "job",
            "generation",
            "webhook",
            "upload",
            "picturestore",
            "notice",
            "tenant",
            "ledger",
            "apiframe",
            "imagerequest",
            "credits",
            "problem",
            "support"
        })
package io.klinggateway.console;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
