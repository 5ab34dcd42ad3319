/**
 * What a tenant does with jobs, as tenants call generations: asks for images, reads, lists, waits for and cancels its jobs, and
 * sees its place in the queue. {@link io.klinggateway.job.Submission} is where a request enters.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "queue",
            "generation",
            "apiframe",
            "imagerequest",
            "webhook",
            "upload",
            "picturestore",
            "tenant",
            "ledger",
            "credits",
            "problem",
            "background",
            "connection",
            "support"
        })
package io.klinggateway.job;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
