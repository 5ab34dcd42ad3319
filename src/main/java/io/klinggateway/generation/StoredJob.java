package io.klinggateway.generation;

import io.klinggateway.ledger.GenerationId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A generation as its row tells it.
 *
 * @param status as tenants see it
 * @param upstreamRequest null once it is erased
 * @param webhookStatus what its tenant's webhook came to; null as long as the delivery itself is on record
 * @param cost credits: the quote while open, then what was captured
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
record StoredJob(
        GenerationId id,
        String status,
        @Nullable Integer progress,
        @Nullable List<String> images,
        @Nullable String error,
        long cost,
        Instant createdAt,
        @Nullable Instant completedAt,
        byte @Nullable [] upstreamRequest,
        @Nullable String webhookUrl,
        @Nullable List<String> webhookEvents,
        @Nullable String webhookStatus,
        boolean expired) {

    private static final List<String> DEFAULT_EVENTS = List.of("completed", "failed");

    /** Whether its tenant wants to be told of this event; apiframe: of the ends, unless it says otherwise. */
    boolean wants(String event) {
        return webhookUrl != null && (webhookEvents == null ? DEFAULT_EVENTS : webhookEvents).contains(event);
    }

    /** Whether a delivery may be on record. With the request, the URL that would tell is erased. */
    boolean mayHaveDelivery() {
        return completedAt != null && webhookStatus == null && (webhookUrl != null || upstreamRequest == null);
    }
}
