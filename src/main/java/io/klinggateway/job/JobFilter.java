package io.klinggateway.job;

import io.klinggateway.apiframe.UpstreamJob;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which of a tenant's jobs to list; null leaves a condition out. */
record JobFilter(
        UpstreamJob.@Nullable Status status, @Nullable UUID search) {}
