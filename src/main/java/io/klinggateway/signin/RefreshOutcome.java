package io.klinggateway.signin;

import io.klinggateway.signin.Identity.Tokens;
import org.jspecify.annotations.Nullable;

/** What the provider answers when it is asked whether somebody's session still may go on. */
sealed interface RefreshOutcome {

    /** It may, and this is what the person is by now. */
    record Renewed(Identity identity) implements RefreshOutcome {}

    /** It may not: the grant is gone. */
    record Withdrawn(String why) implements RefreshOutcome {}

    /**
     * Nobody can tell.
     *
     * @param fresh what the provider gave before it failed: the tokens held before may be good no more; null if nothing
     */
    record Unanswered(String why, @Nullable Tokens fresh) implements RefreshOutcome {}
}
