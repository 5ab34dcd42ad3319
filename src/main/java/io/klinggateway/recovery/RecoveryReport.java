package io.klinggateway.recovery;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a recovery found, and what has become of it since.
 *
 * @param repeatedJobs generations that may have been sent in the lost time, and are sent again under their own keys
 * @param listedJobs that the vendor made since; null until all were read
 * @param freeJobs of those the ones that no generation has and that failed, so that the vendor took nothing; null until then
 * @param unknownJobs the others that no generation had; {@code foundJobs} of them came back with an attempt that was repeated,
 *     {@code bookedJobs} are on a team, {@code openJobs} wait for an operator
 * @param unknownCredits what the vendor took for them, as far as it has said
 */
@Schema(name = "RecoveryReport")
public record RecoveryReport(
        Instant since,
        Instant startedAt,
        @Nullable Instant finishedAt,
        int repeatedJobs,
        @Nullable Integer listedJobs,
        @Nullable Integer freeJobs,
        int unknownJobs,
        long unknownCredits,
        int foundJobs,
        int bookedJobs,
        int openJobs,
        long openCredits) {}
