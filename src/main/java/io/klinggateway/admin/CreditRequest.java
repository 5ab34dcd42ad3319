package io.klinggateway.admin;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Credits that a team asks for.
 *
 * @param team its name
 * @param askedBy the name of the key that was used, or of the person
 * @param answeredBy the operator; null, as all that follows, while it is open
 * @param answer the operator's reason
 * @param journalSeq of the grant's entry in the journal; null unless it was granted
 */
public record CreditRequest(
        UUID id,
        @Schema(example = "design") String team,
        @Schema(example = "500") long credits,
        @Schema(example = "launch week") String reason,
        @Schema(example = "ci") String askedBy,
        Instant askedAt,
        CreditRequestStatus status,
        @Nullable String answeredBy,
        @Nullable String answer,
        @Nullable Instant answeredAt,
        @Nullable Long journalSeq) {

    /** Open until an operator answers, once. The names are part of the API and of the table. */
    public enum CreditRequestStatus {
        OPEN,
        GRANTED,
        REFUSED
    }

    boolean isOpen() {
        return status == CreditRequestStatus.OPEN;
    }
}
