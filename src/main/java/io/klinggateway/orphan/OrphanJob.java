package io.klinggateway.orphan;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job of the vendor's account that no team pays for, or did not when it was found.
 *
 * @param cause UNKNOWN: the books know nothing of it; ENDED: its generation had ended when it appeared
 * @param status as the vendor showed it last, MISSING if it knew no such job; null if not yet
 * @param credits what the vendor took for it; null if it has not said
 * @param createdAt by the vendor's clock
 * @param generationId the generation that had ended, or the one that has the job by now
 * @param resolution null as long as nobody knows whose it is. FOUND: a repeated attempt brought it; BOOKED: on a team;
 *     DISMISSED: by an operator; FREE: it failed, and the vendor gave the credits back
 */
@Schema(name = "OrphanJob")
public record OrphanJob(
        UUID upstreamJobId,

        @Schema(allowableValues = {"UNKNOWN", "ENDED"}) String cause,

        @Nullable String status,
        @Nullable Long credits,
        Instant createdAt,
        Instant recordedAt,
        @Nullable UUID generationId,

        @Schema(allowableValues = {"FOUND", "BOOKED", "DISMISSED", "FREE"}) @Nullable
        String resolution,

        @Nullable Instant resolvedAt) {}
