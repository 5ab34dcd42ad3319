package io.klinggateway.admin;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;

/** What operators say about credits. */
public final class CreditTerms {

    private static final String GRANT_RULE = "must be from 1 to 1000000000000";
    private static final String ADJUSTMENT_RULE = "must be from -1000000000000 to 1000000000000, and not 0";

    private CreditTerms() {}

    public record NewGrant(
            @NotNull(message = "is required")
            @Min(value = 1, message = GRANT_RULE)
            @Max(value = Rules.HIGHEST_CREDITS, message = GRANT_RULE)
            @Schema(example = "10")
            Long credits,

            @NotNull(message = "is required")
            @Pattern(regexp = Rules.REASON, message = Rules.REASON_RULE)
            @Schema(example = "launch week")
            String reason)
            implements OperatorBody {}

    /** What a team asks for. */
    @Schema(name = "CreditRequestTerms")
    public record NewCreditRequest(
            @NotNull(message = "is required")
            @Min(value = 1, message = GRANT_RULE)
            @Max(value = Rules.HIGHEST_CREDITS, message = GRANT_RULE)
            @Schema(example = "500")
            Long credits,

            @NotNull(message = "is required")
            @Pattern(regexp = Rules.REASON, message = Rules.REASON_RULE)
            @Schema(example = "launch week")
            String reason)
            implements OperatorBody {}

    /** Why a request is granted or refused. */
    @Schema(name = "CreditRequestAnswer")
    public record RequestAnswer(
            @NotNull(message = "is required")
            @Pattern(regexp = Rules.REASON, message = Rules.REASON_RULE)
            @Schema(example = "until the end of the month")
            String reason)
            implements OperatorBody {}

    /** @param credits added to captured spend, or taken from it if negative */
    public record NewAdjustment(
            @NotNull(message = "is required")
            @Min(value = -Rules.HIGHEST_CREDITS, message = ADJUSTMENT_RULE)
            @Max(value = Rules.HIGHEST_CREDITS, message = ADJUSTMENT_RULE)
            @NotZero(message = ADJUSTMENT_RULE)
            @Schema(example = "-2")
            Long credits,

            @NotNull(message = "is required")
            @Pattern(regexp = Rules.REASON, message = Rules.REASON_RULE)
            @Schema(example = "image was unusable")
            String reason)
            implements OperatorBody {}
}
