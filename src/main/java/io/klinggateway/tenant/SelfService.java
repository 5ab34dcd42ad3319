package io.klinggateway.tenant;

import io.klinggateway.credits.Credits;
import org.jspecify.annotations.Nullable;

/**
 * Within which bounds a team manages its own keys.
 *
 * @param mostKeys it issues none beyond so many that can be used, whoever issued them
 * @param longestValidityDays how long a key that it issues is valid at most; null if for ever
 * @param highestKeyBudget each key that it issues has a budget of its own, and no window of that allows more; null if it needs
 *     none
 */
public record SelfService(
        int mostKeys,
        @Nullable Integer longestValidityDays,
        @Nullable Credits highestKeyBudget) {

    public static final int MOST_KEYS = 1000;
    public static final int LONGEST_DAYS = 3650;

    public SelfService {
        if (mostKeys < 1 || mostKeys > MOST_KEYS) {
            throw new IllegalArgumentException("a team has from 1 to " + MOST_KEYS + " keys: " + mostKeys);
        }
        if (longestValidityDays != null && (longestValidityDays < 1 || longestValidityDays > LONGEST_DAYS)) {
            throw new IllegalArgumentException(
                    "a key is valid from 1 to " + LONGEST_DAYS + " days: " + longestValidityDays);
        }
    }
}
