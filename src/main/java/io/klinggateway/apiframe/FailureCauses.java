package io.klinggateway.apiframe;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What made an exchange fail, in words that carry no header, body or key: types only, from the outside in. */
final class FailureCauses {

    private static final int DEEPEST = 4;

    private FailureCauses() {}

    /** Refused, unreachable, unknown host, no TLS; not a full pool of ours, nor a deadline of ours. */
    static boolean isOfTheNetwork(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    static String describe(Throwable failure) {
        StringBuilder words = new StringBuilder();
        @Nullable Throwable next = failure;
        for (int depth = 0; next != null && depth < DEEPEST; depth++, next = next.getCause()) {
            words.append(depth == 0 ? "" : " < ").append(next.getClass().getSimpleName());
        }
        return words.toString();
    }
}
