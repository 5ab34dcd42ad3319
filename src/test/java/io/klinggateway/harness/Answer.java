package io.klinggateway.harness;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a caller came to know. */
sealed interface Answer {

    record Accepted(UUID job, String status) implements Answer {}

    /** @param retryAfter null if the gateway gave none */
    record Refused(int status, String code, @Nullable String retryAfter) implements Answer {

        boolean isUnknown() {
            return code.equals("outcome_unknown");
        }

        /** The gateway says that the same request may go through later. */
        boolean isForNow() {
            return status == 503 || status == 429;
        }
    }

    /** No answer came. */
    record Lost(String reason) implements Answer {}

    default boolean isCertain() {
        return this instanceof Accepted || (this instanceof Refused refused && !refused.isUnknown());
    }
}
