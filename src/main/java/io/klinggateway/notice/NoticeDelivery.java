package io.klinggateway.notice;

import io.klinggateway.webhook.DeliveryStatus;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a notice has come through one channel.
 *
 * @param channel its name
 * @param lastOutcome the receiver's status or a kind of failure; nothing that the receiver said
 */
public record NoticeDelivery(
        String channel,
        ChannelKind kind,

        @Schema(
                type = "string",
                allowableValues = {"pending", "delivered", "failed"})
        DeliveryStatus status,

        int attempts,
        @Nullable String lastOutcome,
        @Nullable Instant lastAttemptAt) {}
