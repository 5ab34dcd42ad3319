package io.klinggateway.notice;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.klinggateway.webhook.DeliveryStatus;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A notice as its readers see it.
 *
 * @param id the same in every message about it, so that a receiver can tell a repetition
 * @param team the name of the tenant that it is about; absent if it is about none
 * @param facts what the cause is about, in numbers and ids
 * @param silenced it was delivered to nobody, because its team was silenced
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Notice(
        UUID id,
        NoticeCause cause,
        @Nullable String team,

        @Schema(example = "design has used 80 % of its monthly budget")
        String title,

        @Schema(example = "4,000 of 5,000 credits are spent or held.")
        String message,

        JsonNode facts,
        Instant createdAt,
        boolean silenced,
        List<NoticeDelivery> deliveries) {

    /** Whether some channel does not have it, and no more attempts are made. */
    public boolean givenUp() {
        return deliveries.stream().anyMatch(delivery -> delivery.status() == DeliveryStatus.FAILED);
    }

    /**
     * How far a notice has come through one channel.
     *
     * @param channel its name
     * @param lastOutcome the receiver's status or a kind of failure; nothing that the receiver said
     */
    @Schema(name = "NoticeDelivery")
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
}
