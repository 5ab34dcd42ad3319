package io.klinggateway.webhook;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant is, or was, told of the end of a job.
 *
 * @param status PENDING while attempts follow, FAILED if none does any more
 * @param attempts of the series that is under way
 * @param lastOutcome the receiver's status or a kind of failure; nothing that the receiver said
 * @param nextAttemptAt null if none follows
 * @param latest attempts, the newest first, those of earlier series with them
 */
public record Delivery(
        GenerationId generation,
        TenantId tenant,
        String url,
        String event,
        DeliveryStatus status,
        int attempts,
        @Nullable String lastOutcome,
        Instant createdAt,
        @Nullable Instant lastAttemptAt,
        @Nullable Instant nextAttemptAt,
        List<PastAttempt> latest) {

    /** @param outcome the receiver's status or a kind of failure; nothing that the receiver said */
    public record PastAttempt(Instant at, String outcome) {}

    /** In a word, by which one that failed and is tried again is told from one that was not tried yet. */
    public String state() {
        return status == DeliveryStatus.PENDING && attempts > 0 ? "retrying" : status.wire();
    }
}
