package io.klinggateway.signin;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.security.oauth2.client.authentication.OAuth2LoginAuthenticationToken;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.RestClientRefreshTokenTokenResponseClient;
import org.springframework.security.oauth2.client.oidc.authentication.OidcAuthorizationCodeAuthenticationProvider;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationExchange;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/** The identity provider. It describes itself when it is first needed, so that no start of the gateway waits for it. */
final class IdentityProvider {

    private static final Logger log = LoggerFactory.getLogger(IdentityProvider.class);

    private static final String REGISTRATION = "provider";
    private static final String CALLBACK = "{baseUrl}/console/sign-in/callback";
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final ParameterizedTypeReference<Map<String, Object>> CLAIMS = new ParameterizedTypeReference<>() {};

    /** Takes no part in a refresh, but must be there. */
    private static final OAuth2AccessToken ANY_ACCESS_TOKEN =
            new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "expired", null, null);

    private final SignInSettings settings;
    private final RoleMapping roles;
    private final ProviderHttp http;
    private final Clock clock;
    private final RestClient json;
    private final RestClientRefreshTokenTokenResponseClient refreshes = new RestClientRefreshTokenTokenResponseClient();
    private final OidcAuthorizationCodeAuthenticationProvider codes;
    private volatile @Nullable ProviderMetadata metadata;

    /** @throws IllegalStateException with a sentence that names the setting, if the issuer is none that can be trusted, or the scopes give no id token */
    IdentityProvider(SignInSettings settings, RoleMapping roles, ProviderHttp http, Clock clock) {
        refuseUnsafe(settings.issuer());
        if (!settings.scopes().contains(OidcScopes.OPENID)) {
            throw new IllegalStateException("gateway.sign-in.scopes must have openid among them");
        }
        this.clock = clock;
        this.settings = settings;
        this.roles = roles;
        this.http = http;
        this.json = http.json();
        RestClientAuthorizationCodeTokenResponseClient tokens = new RestClientAuthorizationCodeTokenResponseClient();
        tokens.setRestClient(http.tokens());
        refreshes.setRestClient(http.tokens());
        this.codes = new OidcAuthorizationCodeAuthenticationProvider(
                tokens, request -> new DefaultOidcUser(Set.of(), request.getIdToken()));
        this.codes.setJwtDecoderFactory(_ -> discover().idTokens());
    }

    private static void refuseUnsafe(String issuer) {
        URI uri = URI.create(issuer);
        boolean local = "http".equals(uri.getScheme()) && uri.getHost() != null && LOCAL.contains(uri.getHost());
        if (!local && (!"https".equals(uri.getScheme()) || uri.getHost() == null)) {
            throw new IllegalStateException(
                    "gateway.sign-in.issuer must be an https URL; plain http is let through on this machine alone");
        }
    }

    /** @throws ProviderAway if it does not describe itself now */
    ProviderMetadata discover() {
        ProviderMetadata known = metadata;
        if (known == null) {
            known = describe();
            metadata = known;
        }
        return known;
    }

    private ProviderMetadata describe() {
        try {
            Map<String, Object> metadata = json.get()
                    .uri(settings.issuer().replaceFirst("/$", "") + "/.well-known/openid-configuration")
                    .retrieve()
                    .body(CLAIMS);
            if (metadata == null || !settings.issuer().equals(metadata.get("issuer"))) {
                throw new ProviderAway("its description is one of another issuer than gateway.sign-in.issuer");
            }
            var registration = ClientRegistrations.fromOidcConfiguration(metadata)
                    .registrationId(REGISTRATION)
                    .clientId(settings.clientId())
                    .clientSecret(settings.clientSecret())
                    .scope(settings.scopes())
                    .redirectUri(CALLBACK)
                    .userNameAttributeName("sub")
                    .build();
            String audience = Objects.requireNonNullElse(settings.audience(), settings.clientId());
            return ProviderMetadata.of(
                    registration,
                    http.keys(Objects.requireNonNull(
                            registration.getProviderDetails().getJwkSetUri())),
                    audience,
                    clock);
        } catch (RestClientException | IllegalArgumentException unreadable) {
            throw new ProviderAway("it does not describe itself: " + unreadable.getMessage());
        }
    }

    /**
     * Trades the code of an answer for what the provider says of the person.
     *
     * @throws SignInRefused if the answer belongs to another request, or the provider or its token cannot be trusted
     * @throws ProviderAway if it cannot be reached now
     */
    Identity exchange(OAuth2AuthorizationExchange exchange) {
        try {
            var done = (OAuth2LoginAuthenticationToken) Objects.requireNonNull(codes.authenticate(
                    new OAuth2LoginAuthenticationToken(discover().registration(), exchange)));
            OidcUser user = (OidcUser) Objects.requireNonNull(done.getPrincipal());
            return identity(
                    user.getIdToken().getClaims(),
                    Objects.requireNonNull(done.getAccessToken()).getTokenValue(),
                    Identity.Tokens.of(user.getIdToken().getTokenValue(), done.getRefreshToken()));
        } catch (OAuth2AuthenticationException | OAuth2AuthorizationException refused) {
            if (isAway(refused)) {
                throw new ProviderAway("it gives no tokens");
            }
            throw new SignInRefused(SignInRefused.NotLetIn.NOT_OURS, codeOf(refused));
        } catch (RestClientException away) {
            throw new ProviderAway("it says nothing of the person");
        }
    }

    /** Asks whether somebody's session still may go on, and what the person is by now. */
    RefreshOutcome renew(String subject, Identity.Tokens held) {
        if (held.refreshToken() == null) {
            return new RefreshOutcome.Withdrawn(
                    "the provider gave no refresh token; it may need a further scope for one");
        }
        OAuth2AccessTokenResponse answer;
        try {
            answer = Objects.requireNonNull(refreshes.getTokenResponse(new OAuth2RefreshTokenGrantRequest(
                    discover().registration(), ANY_ACCESS_TOKEN, new OAuth2RefreshToken(held.refreshToken(), null))));
        } catch (OAuth2AuthorizationException refused) {
            return isGrantGone(refused)
                    ? new RefreshOutcome.Withdrawn("the grant is gone")
                    : new RefreshOutcome.Unanswered(codeOf(refused), null);
        } catch (RestClientException | ProviderAway unanswered) {
            return unanswered(unanswered, null);
        }
        try {
            Identity now = renewed(subject, held, answer);
            return now.subject().equals(subject)
                    ? new RefreshOutcome.Renewed(now)
                    : new RefreshOutcome.Withdrawn("the provider speaks of somebody else");
        } catch (HttpClientErrorException.Unauthorized | HttpClientErrorException.Forbidden refused) {
            return new RefreshOutcome.Withdrawn("the provider says nothing of the person any more");
        } catch (RestClientException | JwtException | ProviderAway unanswered) {
            return unanswered(unanswered, Identity.Tokens.of(held.idToken(), answer.getRefreshToken()));
        }
    }

    private static RefreshOutcome unanswered(RuntimeException why, Identity.@Nullable Tokens fresh) {
        return new RefreshOutcome.Unanswered(why.getClass().getSimpleName() + ": " + why.getMessage(), fresh);
    }

    private Identity renewed(String subject, Identity.Tokens held, OAuth2AccessTokenResponse answer) {
        String access = answer.getAccessToken().getTokenValue();
        if (answer.getAdditionalParameters().get(OidcParameterNames.ID_TOKEN) instanceof String text) {
            Jwt token = discover().idTokens().decode(text);
            return identity(token.getClaims(), access, Identity.Tokens.of(text, answer.getRefreshToken()));
        }
        return identity(Map.of("sub", subject), access, Identity.Tokens.of(held.idToken(), answer.getRefreshToken()));
    }

    /** What the id token does not say of roles is asked for. */
    private Identity identity(Map<String, Object> idToken, String accessToken, Identity.Tokens tokens) {
        String subject = String.valueOf(idToken.get("sub"));
        Map<String, Object> claims = new LinkedHashMap<>();
        String more = discover()
                .registration()
                .getProviderDetails()
                .getUserInfoEndpoint()
                .getUri();
        if (!roles.isSaidIn(idToken) && more != null) {
            Map<String, Object> info = json.get()
                    .uri(more)
                    .header(HttpHeaders.AUTHORIZATION, "Bearer " + accessToken)
                    .retrieve()
                    .body(CLAIMS);
            if (info != null && subject.equals(info.get("sub"))) {
                claims.putAll(info);
            }
        }
        claims.putAll(idToken);
        return new Identity(subject, claims, claims.get("sid") instanceof String sid ? sid : null, tokens);
    }

    /** The error is read from answers with status 400 alone; some providers say the same with another. */
    private static boolean isGrantGone(OAuth2AuthorizationException refused) {
        return OAuth2ErrorCodes.INVALID_GRANT.equals(refused.getError().getErrorCode())
                || (refused.getCause() instanceof HttpClientErrorException answer
                        && answer.getResponseBodyAsString().contains('"' + OAuth2ErrorCodes.INVALID_GRANT + '"'));
    }

    private static boolean isAway(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException || cause instanceof HttpServerErrorException) {
                return true;
            }
        }
        return false;
    }

    private static String codeOf(RuntimeException refused) {
        String code = refused instanceof OAuth2AuthenticationException authentication
                ? authentication.getError().getErrorCode()
                : ((OAuth2AuthorizationException) refused).getError().getErrorCode();
        log.debug("the provider's answer was refused: {}", code);
        return code;
    }
}
