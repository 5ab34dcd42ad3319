package io.klinggateway.signin;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A sign-in that a browser has begun. The browser brings it back, closed, to whichever replica the provider's answer reaches.
 *
 * @param state the provider sends back
 * @param nonce the id token must have, as a digest
 * @param verifier without which the provider gives no token for the code (PKCE)
 * @param redirectUri where the provider sends the browser
 * @param next the page that was asked for; may be empty
 */
record SignInRequest(Instant begunAt, String state, String nonce, String verifier, String redirectUri, String next) {

    static final Duration LIFE = Duration.ofMinutes(10);

    private static final String PURPOSE = "sign-in request";
    private static final String SEPARATOR = "\n";

    String closed(TokenEncryption encryption) {
        return encryption.close(
                PURPOSE,
                String.join(
                        SEPARATOR,
                        Long.toString(begunAt.getEpochSecond()),
                        state,
                        nonce,
                        verifier,
                        redirectUri,
                        next.replace(SEPARATOR, "")));
    }

    /** Empty if it was not closed here, or too long ago. */
    static Optional<SignInRequest> open(String closed, TokenEncryption encryption, Instant now) {
        return encryption
                .open(PURPOSE, closed)
                .map(text -> text.split(SEPARATOR, -1))
                .map(parts -> new SignInRequest(
                        Instant.ofEpochSecond(Long.parseLong(parts[0])),
                        parts[1],
                        parts[2],
                        parts[3],
                        parts[4],
                        parts[5]))
                .filter(request -> now.isBefore(request.begunAt.plus(LIFE)));
    }

    @Override
    public String toString() {
        return "SignInRequest[begunAt=" + begunAt + ", hidden]";
    }
}
