package io.klinggateway.signin;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenValidator;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtAudienceValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/**
 * The provider as it describes itself, with a reader for each kind of token. Each kind is refused where another is meant:
 * an id token opens no API, and an access token ends no session.
 */
record ProviderMetadata(
        ClientRegistration registration, JwtDecoder idTokens, JwtDecoder accessTokens, JwtDecoder logoutTokens) {

    private static final String LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";
    private static final List<String> OF_ACCESS_TOKENS = List.of("scope", "scp", "client_id", "appid", "idtyp");
    private static final Duration LOGOUT_TOKEN_LIFE = Duration.ofMinutes(5);

    static ProviderMetadata of(
            ClientRegistration registration, JWKSource<SecurityContext> keys, String audience, Clock clock) {
        String issuer = Objects.requireNonNull(registration.getProviderDetails().getIssuerUri());
        return new ProviderMetadata(
                registration,
                reader(
                        keys,
                        List.of("JWT"),
                        List.of(new JwtTimestampValidator(), new OidcIdTokenValidator(registration))),
                reader(
                        keys,
                        List.of("JWT", "at+jwt"),
                        List.of(
                                new JwtTimestampValidator(),
                                new JwtIssuerValidator(issuer),
                                new JwtAudienceValidator(audience),
                                ProviderMetadata::isAccessToken)),
                reader(
                        keys,
                        List.of("JWT", "logout+jwt"),
                        List.of(
                                new JwtTimestampValidator(),
                                new JwtIssuerValidator(issuer),
                                new JwtAudienceValidator(registration.getClientId()),
                                token -> isLogoutToken(token, clock.instant()))));
    }

    /** Signed with one of the provider's public keys: neither unsigned nor with a shared secret. */
    private static JwtDecoder reader(
            JWKSource<SecurityContext> keys, List<String> types, List<OAuth2TokenValidator<Jwt>> rules) {
        NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSource(keys)
                .jwsAlgorithms(all -> all.addAll(Arrays.asList(SignatureAlgorithm.values())))
                .jwtProcessorCustomizer(
                        processor -> processor.setJWSTypeVerifier((_, _) -> {})) // one of the rules looks at it
                .build();
        JwtTypeValidator type = new JwtTypeValidator(types);
        type.setAllowEmpty(true);
        decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(
                Stream.concat(Stream.of(type), rules.stream()).toList()));
        return decoder;
    }

    /** Something must say that it is one, and what only id tokens and logout tokens have must not be there. */
    private static OAuth2TokenValidatorResult isAccessToken(Jwt token) {
        boolean another = token.hasClaim("nonce")
                || token.hasClaim("at_hash")
                || token.hasClaim("events")
                || List.of("ID", "Refresh", "Logout").contains(token.getClaims().getOrDefault("typ", ""));
        boolean one =
                "at+jwt".equalsIgnoreCase(String.valueOf(token.getHeaders().get("typ")))
                        || "Bearer".equals(token.getClaims().get("typ"))
                        || OF_ACCESS_TOKENS.stream().anyMatch(token::hasClaim);
        return result(token.getExpiresAt() != null && one && !another, "is no access token");
    }

    private static OAuth2TokenValidatorResult isLogoutToken(Jwt token, Instant now) {
        boolean event = token.getClaims().get("events") instanceof Map<?, ?> events
                && events.get(LOGOUT_EVENT) instanceof Map<?, ?>;
        boolean fresh = token.getIssuedAt() != null
                && token.getIssuedAt().plus(LOGOUT_TOKEN_LIFE).isAfter(now);
        return result(
                event && fresh && !token.hasClaim("nonce") && (token.hasClaim("sub") || token.hasClaim("sid")),
                "is no logout token");
    }

    private static OAuth2TokenValidatorResult result(boolean good, String otherwise) {
        return good
                ? OAuth2TokenValidatorResult.success()
                : OAuth2TokenValidatorResult.failure(new OAuth2Error("invalid_token", otherwise, null));
    }

    /** Where the person's session at the provider ends; empty if the provider has no such page. */
    Optional<URI> logoutPage() {
        return registration.getProviderDetails().getConfigurationMetadata().get("end_session_endpoint")
                        instanceof String page
                ? Optional.of(URI.create(page))
                : Optional.empty();
    }
}
