package io.klinggateway.admin;

import io.klinggateway.credits.Credits;
import io.klinggateway.tenant.SelfService;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** Within which bounds a team manages its own keys. */
@Schema(name = "SelfServiceTerms")
public record SelfServiceTerms(
        @NotNull(message = KEYS_RULE)
        @Min(value = 1, message = KEYS_RULE)
        @Max(value = SelfService.MOST_KEYS, message = KEYS_RULE)
        @Schema(description = "The team issues none beyond so many keys, whoever issued them.", example = "5")
        Integer mostKeys,

        @Min(value = 1, message = DAYS_RULE)
        @Max(value = SelfService.LONGEST_DAYS, message = DAYS_RULE)
        @Schema(description = "The longest validity of a key that the team issues; any if absent.", example = "90")
        @Nullable
        Integer longestValidityDays,

        @Min(value = 0, message = Rules.CREDITS_RULE)
        @Max(value = Rules.HIGHEST_CREDITS, message = Rules.CREDITS_RULE)
        @Schema(
                description =
                        "Each key that the team issues has a budget of its own, of at most so many credits in each"
                                + " window; it needs none if absent.",
                example = "100")
        @Nullable
        Long highestKeyBudget) {

    private static final String KEYS_RULE = "must be from 1 to " + SelfService.MOST_KEYS;
    private static final String DAYS_RULE = "must be from 1 to " + SelfService.LONGEST_DAYS;

    static @Nullable SelfServiceTerms of(@Nullable SelfService selfService) {
        return selfService == null
                ? null
                : new SelfServiceTerms(
                        selfService.mostKeys(),
                        selfService.longestValidityDays(),
                        selfService.highestKeyBudget() == null
                                ? null
                                : selfService.highestKeyBudget().amount());
    }

    static @Nullable SelfService toSelfService(@Nullable SelfServiceTerms terms) {
        return terms == null
                ? null
                : new SelfService(
                        terms.mostKeys(),
                        terms.longestValidityDays(),
                        terms.highestKeyBudget() == null ? null : new Credits(terms.highestKeyBudget()));
    }
}
