package io.klinggateway.provider;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;

/**
 * An identity provider in this JVM, with a context of its own: discovery, authorization code with PKCE, rotated refresh
 * tokens, logout, back-channel logout. Whoever presses a person's button is that person.
 */
public final class SimulatedProvider implements AutoCloseable {

    public static final String CLIENT_ID = "kling-gateway";
    public static final String CLIENT_SECRET = "secret-of-the-gateway-at-the-provider";

    private static final int TOKEN_SECONDS = 300;

    private final String issuer;
    private final int port;
    private final RSAKey key = newKey();
    private final Map<String, SimulatedPerson> people = new ConcurrentHashMap<>();
    private final Set<String> gateways = ConcurrentHashMap.newKeySet();
    private final KnownAuthorizations authorizations = new KnownAuthorizations();
    private final AnnotationConfigServletWebServerApplicationContext context =
            new AnnotationConfigServletWebServerApplicationContext();
    private volatile boolean away;
    private volatile int refusal;
    private volatile boolean halfAway;
    private volatile @Nullable String forgedIdToken;

    /** @param host by which browsers and the gateway reach it: one of this machine's names */
    public SimulatedProvider(String host, int port) {
        this.issuer = "http://" + host + ":" + port;
        this.port = port;
    }

    public static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public SimulatedProvider start() {
        context.registerBean(SimulatedProvider.class, () -> this);
        context.register(ProviderServer.class);
        context.refresh();
        return this;
    }

    public String issuer() {
        return issuer;
    }

    int port() {
        return port;
    }

    /** Lets a gateway send people here. */
    public SimulatedProvider serve(String gateway) {
        gateways.add(gateway);
        return this;
    }

    Set<String> gateways() {
        return gateways;
    }

    /** Makes somebody known, or changes who that is. */
    public SimulatedProvider know(String subject, String name, String... groups) {
        people.put(subject, new SimulatedPerson(subject, name, List.of(groups)));
        return this;
    }

    public void put(String subject, String... groups) {
        people.computeIfPresent(subject, (_, person) -> person.in(List.of(groups)));
    }

    Map<String, SimulatedPerson> people() {
        return people;
    }

    KnownAuthorizations authorizations() {
        return authorizations;
    }

    /** Takes back all that was granted to the person's gateways. */
    public void withdraw(String subject) {
        authorizations.removeAllOf(subject);
    }

    /** Answers everything with a failure. */
    public void goAway(boolean gone) {
        away = gone;
    }

    /** Gives tokens, but they say no groups, and it answers nothing of the person. */
    public void goHalfAway(boolean gone) {
        halfAway = gone;
    }

    /** Takes every grant for one that is gone, and says so with this status; 0 for not. */
    public void refuseGrants(int status) {
        refusal = status;
    }

    int refusal() {
        return refusal;
    }

    boolean isHalfAway() {
        return halfAway;
    }

    boolean isAway() {
        return away;
    }

    /** Gives this in the place of id tokens; null for none. */
    public void forge(@Nullable String idToken) {
        forgedIdToken = idToken;
    }

    @Nullable
    String forgedIdToken() {
        return forgedIdToken;
    }

    JWKSet keys() {
        return new JWKSet(key);
    }

    public RSAKey key() {
        return key;
    }

    /** Good for the gateway's API, but for what the claims say otherwise; a claim that is null is left out. */
    public String accessToken(Map<String, @Nullable Object> claims) {
        return sign(key, "at+jwt", claims);
    }

    public String logoutToken(Map<String, @Nullable Object> claims) {
        Map<String, @Nullable Object> all = new HashMap<>();
        all.put("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()));
        all.putAll(claims);
        return sign(key, "logout+jwt", all);
    }

    /** A token for the gateway's client, signed with any key. */
    public String sign(RSAKey signer, String type, Map<String, @Nullable Object> claims) {
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID(key.getKeyID())
                            .type(new JOSEObjectType(type))
                            .build(),
                    claims(claims));
            token.sign(new RSASSASigner(signer));
            return token.serialize();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public JWTClaimsSet claims(Map<String, @Nullable Object> claims) {
        Instant now = Instant.now();
        JWTClaimsSet.Builder all = new JWTClaimsSet.Builder()
                .issuer(issuer)
                .audience(CLIENT_ID)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(TOKEN_SECONDS)))
                .jwtID(UUID.randomUUID().toString());
        claims.forEach((name, value) -> all.claim(name, value instanceof Instant time ? Date.from(time) : value));
        return all.build();
    }

    @Override
    public void close() {
        context.close();
    }
}
