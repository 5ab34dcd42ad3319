package io.klinggateway.signin;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

/**
 * What the provider says of somebody.
 *
 * @param providerSession by which the provider names its own session; null if it names none
 */
record Identity(
        String subject,
        Map<String, Object> claims,
        @Nullable String providerSession,
        Tokens tokens) {

    /**
     * Of the person, by the provider. Secrets.
     *
     * @param idToken which ends the person's session at the provider
     * @param refreshToken null if the provider gave none
     */
    record Tokens(String idToken, @Nullable String refreshToken) {

        static Tokens of(String idToken, @Nullable OAuth2RefreshToken refresh) {
            return new Tokens(idToken, refresh == null ? null : refresh.getTokenValue());
        }

        /** What {@link #parse} reads. Tokens have no spaces. */
        String text() {
            return idToken + " " + Objects.requireNonNullElse(refreshToken, "");
        }

        static Tokens parse(String text) {
            String[] parts = text.split(" ", 2);
            return new Tokens(parts[0], parts[1].isEmpty() ? null : parts[1]);
        }

        @Override
        public String toString() {
            return "Tokens[hidden]";
        }
    }
}
