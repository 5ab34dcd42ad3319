package io.klinggateway.signin;

import io.klinggateway.support.Sha256;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationExchange;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationResponse;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.endpoint.PkceParameterNames;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * How people sign in with a browser, and how long that holds. OpenID Connect: authorization code with PKCE and nonce. A
 * method that needs the provider fails, with an answer of its own, while it is away.
 */
public final class SingleSignOn {

    private static final Logger log = LoggerFactory.getLogger(SingleSignOn.class);

    private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(5);

    /** Longer than all that asking the provider may take. */
    private static final Duration LEASE = Duration.ofSeconds(30);

    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final int SECRET_BYTES = 32;

    private final SignInSettings settings;
    private final IdentityProvider provider;
    private final People people;
    private final PersonSessions sessions;
    private final TokenEncryption encryption;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    SingleSignOn(
            SignInSettings settings,
            IdentityProvider provider,
            People people,
            PersonSessions sessions,
            TokenEncryption encryption,
            Clock clock) {
        if (settings.checkInterval().toSeconds() < 1 || settings.checkInterval().compareTo(LONGEST_INTERVAL) > 0) {
            throw new IllegalStateException("gateway.sign-in.check-interval must be between 1s and 5m");
        }
        this.settings = settings;
        this.provider = provider;
        this.people = people;
        this.sessions = sessions;
        this.encryption = encryption;
        this.clock = clock;
    }

    /**
     * @param to the provider's page
     * @param ticket what the browser has to bring back; opaque
     * @param life how long it is good for
     */
    public record Departure(URI to, String ticket, Duration life) {

        @Override
        public String toString() {
            return "Departure[hidden]";
        }
    }

    /**
     * Begins a sign-in.
     *
     * @param gateway where the browser says that the gateway is
     * @param callback the path, there, of the page that the provider is to send the browser to
     * @param next kept for {@link Arrival#next()}
     */
    public Departure depart(String gateway, String callback, String next) {
        ClientRegistration client = provider.discover().registration();
        SignInRequest request =
                new SignInRequest(clock.instant(), secret(), secret(), secret(), here(gateway) + callback, next);
        return new Departure(
                URI.create(authorization(request, client).getAuthorizationRequestUri()),
                request.closed(encryption),
                SignInRequest.LIFE);
    }

    private String here(String gateway) {
        return Objects.requireNonNullElse(settings.consoleUrl(), gateway).replaceFirst("/$", "");
    }

    private String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return base64(bytes);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The same on every replica: all that differs is in the request. */
    private static OAuth2AuthorizationRequest authorization(SignInRequest request, ClientRegistration client) {
        return OAuth2AuthorizationRequest.authorizationCode()
                .clientId(client.getClientId())
                .authorizationUri(
                        Objects.requireNonNull(client.getProviderDetails().getAuthorizationUri()))
                .redirectUri(request.redirectUri())
                .scopes(client.getScopes())
                .state(request.state())
                .attributes(attributes -> {
                    attributes.put(OAuth2ParameterNames.REGISTRATION_ID, client.getRegistrationId());
                    attributes.put(OidcParameterNames.NONCE, request.nonce());
                    attributes.put(PkceParameterNames.CODE_VERIFIER, request.verifier());
                })
                .additionalParameters(parameters -> {
                    parameters.put(OidcParameterNames.NONCE, base64(Sha256.of(request.nonce())));
                    parameters.put(PkceParameterNames.CODE_CHALLENGE, base64(Sha256.of(request.verifier())));
                    parameters.put(PkceParameterNames.CODE_CHALLENGE_METHOD, "S256");
                })
                .build();
    }

    /** Somebody whom the provider sent back, and who may come in. */
    public static final class Arrival {

        private final Person person;
        private final String next;
        private final Identity identity;

        private Arrival(Person person, String next, Identity identity) {
            this.person = person;
            this.next = next;
            this.identity = identity;
        }

        public Person person() {
            return person;
        }

        public String next() {
            return next;
        }
    }

    /**
     * Ends a sign-in.
     *
     * @param answer the parameters that the browser brought from the provider
     * @param ticket null if the browser has none
     * @throws SignInRefused if the person may not come in
     */
    public Arrival arrive(Map<String, String> answer, @Nullable String ticket) {
        SignInRequest request = Optional.ofNullable(ticket)
                .flatMap(kept -> SignInRequest.open(kept, encryption, clock.instant()))
                .filter(begun -> isSame(begun.state(), answer.getOrDefault(OAuth2ParameterNames.STATE, "")))
                .orElseThrow(() -> notOurs("no sign-in of this browser's has that state"));
        if (!answer.getOrDefault("iss", settings.issuer()).equals(settings.issuer())) {
            throw notOurs("the answer is another issuer's");
        }
        if (answer.containsKey(OAuth2ParameterNames.ERROR)) {
            throw new SignInRefused(SignInRefused.NotLetIn.BY_PROVIDER, "the provider refused");
        }
        String code = answer.getOrDefault(OAuth2ParameterNames.CODE, "");
        if (code.isEmpty()) {
            throw notOurs("the answer has no code");
        }
        Identity identity = provider.exchange(new OAuth2AuthorizationExchange(
                authorization(request, provider.discover().registration()),
                OAuth2AuthorizationResponse.success(code)
                        .redirectUri(request.redirectUri())
                        .state(request.state())
                        .build()));
        Person person = people.person(identity.claims())
                .orElseThrow(() -> new SignInRefused(SignInRefused.NotLetIn.NO_ROLE, "the person has no role here"));
        return new Arrival(person, request.next(), identity);
    }

    private static boolean isSame(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private static SignInRefused notOurs(String why) {
        return new SignInRefused(SignInRefused.NotLetIn.NOT_OURS, why);
    }

    /**
     * Begins a session.
     *
     * @param proof a secret that the browser alone keeps, without which nobody can ask the provider about the session
     * @param longest how long a session lasts in any case
     */
    public UUID begin(Arrival arrival, String proof, Duration longest) {
        UUID id = UUID.randomUUID();
        sessions.begin(
                id,
                arrival.person(),
                arrival.identity.providerSession(),
                close(arrival.identity.tokens(), proof),
                longest);
        return id;
    }

    private String close(Identity.Tokens tokens, String proof) {
        return encryption.close(purpose(proof), tokens.text());
    }

    private Optional<Identity.Tokens> open(String tokens, String proof) {
        return encryption.open(purpose(proof), tokens).map(Identity.Tokens::parse);
    }

    private static String purpose(String proof) {
        return "tokens " + proof;
    }

    /** Whose session that is. Empty once it has ended: here, at the provider, or because the person has no role any more. */
    public Optional<Person> find(UUID session, String proof) {
        Instant giveUp = clock.instant().plus(PATIENCE);
        while (true) {
            var known = sessions.find(session, settings.checkInterval());
            if (known.isEmpty() || !known.get().due()) {
                return known.map(PersonSessions.KnownSession::person);
            }
            Optional<String> claimed = sessions.claim(session, settings.checkInterval(), LEASE);
            if (claimed.isPresent()) {
                return check(session, known.get().person().subject(), claimed.get(), proof);
            }
            if (clock.instant().isAfter(giveUp)) {
                throw new ProviderAway("another request has been waiting for its answer for long");
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(Duration.ofMillis(50));
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            throw new ProviderAway("this replica ends");
        }
    }

    private Optional<Person> check(UUID session, String subject, String tokens, String proof) {
        RefreshOutcome refreshed = open(tokens, proof)
                .map(held -> provider.renew(subject, held))
                .orElseGet(() ->
                        new RefreshOutcome.Withdrawn("its tokens cannot be read; was the client secret changed?"));
        return switch (refreshed) {
            case RefreshOutcome.Renewed(Identity identity) -> {
                Optional<Person> person = people.person(identity.claims());
                person.ifPresentOrElse(
                        still -> sessions.confirm(session, still, close(identity.tokens(), proof)),
                        () -> end(session, "the person has no role any more"));
                yield person;
            }
            case RefreshOutcome.Withdrawn(String why) -> {
                end(session, why);
                yield Optional.empty();
            }
            case RefreshOutcome.Unanswered(String why, var fresh) -> {
                sessions.unclaim(session, fresh == null ? null : close(fresh, proof));
                throw new ProviderAway(why);
            }
        };
    }

    private void end(UUID session, String why) {
        log.info("a person's session has ended: {}", why);
        sessions.end(session);
    }

    /**
     * Ends a session, and says where the browser can end the provider's own; empty if that cannot be.
     *
     * @param gateway where the browser says that the gateway is
     * @param afterwards the path, there, of the page that the provider is to send the browser to
     */
    public Optional<URI> end(UUID session, String proof, String gateway, String afterwards) {
        Optional<Identity.Tokens> tokens = sessions.tokens(session).flatMap(kept -> open(kept, proof));
        sessions.end(session);
        try {
            return tokens.flatMap(held -> provider.discover()
                    .logoutPage()
                    .map(page -> UriComponentsBuilder.fromUri(page)
                            .queryParam("id_token_hint", "{hint}")
                            .queryParam("client_id", "{client}")
                            .queryParam("post_logout_redirect_uri", "{back}")
                            .encode()
                            .buildAndExpand(held.idToken(), settings.clientId(), here(gateway) + afterwards)
                            .toUri()));
        } catch (ProviderAway away) {
            return Optional.empty();
        }
    }

    /**
     * Ends what the provider says has ended there. Repeating it changes nothing.
     *
     * @return false if that is no logout token of the provider's for this gateway
     */
    public boolean endAtProvider(String logoutToken) {
        try {
            Jwt token = provider.discover().logoutTokens().decode(logoutToken);
            int ended = sessions.endAtProvider(token.getSubject(), token.getClaimAsString("sid"));
            log.info("{} sessions have ended at the provider", ended);
            return true;
        } catch (BadJwtException refused) {
            log.warn("a logout token was refused: {}", refused.getMessage());
            return false;
        } catch (JwtException unreadable) {
            throw new ProviderAway("its keys cannot be read");
        }
    }
}
