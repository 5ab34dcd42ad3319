package io.klinggateway.reconciliation;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A generation as operators see it: what was asked for stays its tenant's.
 *
 * @param tenant its name
 * @param state the name of a {@link io.klinggateway.generation.GenerationState}
 * @param attempts how often it was sent to the vendor, or was to be; many where the vendor fails on this one
 * @param quotedCredits what is, or was, held
 * @param capturedCredits what was paid; null while open
 * @param chargedCredits what the vendor says it charged; null if it has not said
 * @param upstreamJobId the vendor's job; null if none is known
 * @param error why it failed, or is in review
 * @param labels what its tenant named it by; absent if by nothing
 */
public record GenerationSummary(
        UUID id,
        String tenant,
        UUID keyId,
        String state,
        String model,
        int images,
        int attempts,
        long quotedCredits,
        @Nullable Long capturedCredits,
        @Nullable Long chargedCredits,
        @Nullable UUID upstreamJobId,
        @Nullable String error,
        Instant createdAt,
        @Nullable Instant completedAt,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> labels) {}
