package io.klinggateway.job;

import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.generation.Labels;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which of a tenant's jobs to list; null leaves a condition out.
 *
 * @param labels those that a job must all have
 */
record JobFilter(
        VendorJob.@Nullable Status status, @Nullable UUID search, Labels labels) {}
