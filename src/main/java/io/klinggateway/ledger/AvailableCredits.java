package io.klinggateway.ledger;

import io.klinggateway.credits.Credits;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What may be spent now: of each window what it allows less what is held and captured in it, never below 0, and the least of all
 * windows. Which of them decides: one that has too few for what was asked, and
 * of those the one that resets last; otherwise the one with the least left. In {@code R__ledger.sql}
 * the view {@code window_balance} and {@code credits_left} compute what each window has left; {@code ledger_limit} picks the one
 * that decides.
 *
 * @param window its name
 * @param resetsAt when it starts anew; null if it never does
 */
public record AvailableCredits(
        Credits available,
        LimitedBy limitedBy,
        String window,
        @Nullable Instant resetsAt) {

    /** Whose window it is. */
    public enum LimitedBy {
        /** One of the key's own budget. */
        KEY,
        /** The longest one of the tenant's budget: the whole of it is spent. */
        TENANT,
        /** A shorter one of the tenant's budget, which resets while the whole has some left. */
        WINDOW;

        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
