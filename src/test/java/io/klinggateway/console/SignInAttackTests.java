package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.klinggateway.provider.SimulatedProvider;
import io.klinggateway.running.Answer;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.util.UriComponentsBuilder;

/** Who is not let in: forged, mixed up, stolen, and sent elsewhere. */
class SignInAttackTests extends SingleSignOnFixture {

    private static final RSAKey ANOTHER_KEY = SimulatedProvider.newKey();

    SignInAttackTests(Environment environment, JdbcClient database) {
        super(environment, database);
    }

    private int backChannel(String logoutToken) {
        return api.send(
                        "POST",
                        "/console/back-channel-logout",
                        BodyPublishers.ofString("logout_token=" + logoutToken),
                        "Content-Type",
                        "application/x-www-form-urlencoded")
                .status();
    }

    @Test
    void onlyALogoutTokenOfTheProvidersEndsASession() {
        Person vera = signedIn("vera");
        Person mona = signedIn("mona");
        Map<String, @Nullable Object> meant = Map.of("sub", "vera");
        Map<String, @Nullable Object> event =
                Map.of("sub", "vera", "events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()));

        for (String bad : List.of(
                "",
                "x.y.z",
                PROVIDER.sign(ANOTHER_KEY, "logout+jwt", event),
                new PlainJWT(PROVIDER.claims(event)).serialize(),
                PROVIDER.sign(PROVIDER.key(), "at+jwt", event),
                PROVIDER.logoutToken(with(meant, "events", Map.of())),
                PROVIDER.logoutToken(with(meant, "nonce", "n")),
                PROVIDER.logoutToken(with(meant, "sub", null)),
                PROVIDER.logoutToken(with(meant, "aud", "another-client")),
                PROVIDER.logoutToken(with(meant, "iss", "https://elsewhere.example")),
                PROVIDER.logoutToken(with(meant, "iat", Instant.now().minusSeconds(3600))),
                PROVIDER.logoutToken(with(
                        with(meant, "iat", Instant.now().minusSeconds(200)),
                        "exp",
                        Instant.now().minusSeconds(100))))) {
            assertThat(backChannel(bad)).as(bad).isEqualTo(400);
        }
        assertThat(vera.get("/operator")).isEqualTo(200);

        assertThat(backChannel(PROVIDER.logoutToken(meant))).isEqualTo(200);
        assertThat(vera.isOut()).isTrue();
        assertThat(mona.get("/team")).isEqualTo(200);
    }

    @Test
    void aLogoutTokenOfOneSessionEndsWhatMayBeIt() {
        Person another = signedIn("vera");
        database.sql("update person_session set provider_session = 'another'").update();
        Person unnamed = signedIn("vera");
        database.sql("update person_session set provider_session = null where provider_session <> 'another'")
                .update();
        Person mona = signedIn("mona");
        database.sql("update person_session set provider_session = null where subject = 'mona'")
                .update();

        assertThat(backChannel(PROVIDER.logoutToken(Map.of("sub", "vera", "sid", "one"))))
                .isEqualTo(200);

        assertThat(unnamed.isOut()).isTrue();
        assertThat(another.get("/operator")).isEqualTo(200);
        assertThat(mona.get("/team")).isEqualTo(200);
    }

    @Test
    void noTokenOfTheProvidersStandsInTheDatabase() {
        signedIn("otto");

        String kept = database.sql("select string_agg(t::text, ' ') from person_session t")
                        .query(String.class)
                        .single()
                + database.sql("select coalesce(string_agg(encode(attribute_bytes, 'escape'), ' '), '')"
                                + " from spring_session_attributes")
                        .query(String.class)
                        .single();
        assertThat(kept)
                .contains("otto")
                .doesNotContainPattern("eyJ[\\w-]+\\.")
                .doesNotContain(SimulatedProvider.CLIENT_SECRET);
    }

    private void refused(Person person, URI callback) {
        HttpResponse<String> answer = person.comeBack(callback);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("The sign-in was not completed");
        assertThat(person.isOut()).isTrue();
    }

    private static URI replaced(URI address, String parameter, String value) {
        return UriComponentsBuilder.fromUri(address)
                .replaceQueryParam(parameter, value)
                .build(true)
                .toUri();
    }

    private static String parameter(URI address, String name) {
        return String.valueOf(
                UriComponentsBuilder.fromUri(address).build().getQueryParams().getFirst(name));
    }

    @Test
    void anAnswerThatIsMixedUpLetsNobodyIn() {
        Person mallory = new Person("otto");
        URI hers = mallory.depart("");
        URI answerToMallory = mallory.atProvider.signIn(hers, "otto");

        Person victim = new Person("vera");
        refused(victim, answerToMallory);
        victim.depart("");
        refused(victim, answerToMallory);
        URI own = victim.depart("");
        refused(victim, replaced(answerToMallory, "state", parameter(own, "state")));
        own = victim.depart("");
        refused(victim, replaced(victim.atProvider.signIn(own, "vera"), "state", "another"));
        own = victim.depart("");
        refused(victim, replaced(victim.atProvider.signIn(own, "vera"), "code", "another"));
        own = victim.depart("");
        refused(victim, URI.create(victim.atProvider.signIn(own, "vera") + "&iss=https%3A%2F%2Felsewhere.example"));
        own = victim.depart("");
        refused(victim, victim.atProvider.signIn(replaced(own, "nonce", parameter(hers, "nonce")), "vera"));
        own = victim.depart("");
        refused(
                victim,
                victim.atProvider.signIn(replaced(own, "code_challenge", parameter(hers, "code_challenge")), "vera"));
    }

    @Test
    void aCodeIsGoodOnce() {
        Person vera = new Person("vera");
        URI own = vera.depart("");
        String ticket = vera.session.cookie("kling_console_ticket");
        URI callback = vera.atProvider.signIn(own, "vera");
        assertThat(goesTo(vera.comeBack(callback))).isEqualTo("/console");

        Person thief = new Person("vera");
        thief.session.plant("kling_console_ticket", ticket);
        refused(thief, callback);
        thief.session.plant("kling_console_ticket", ticket + "A");
        refused(thief, callback);
    }

    @Test
    void whomTheProviderRefusesIsToldSo() {
        Person vera = new Person("vera");
        URI own = vera.depart("");

        HttpResponse<String> answer = vera.comeBack(
                URI.create(gateway + "/console/sign-in/callback?error=access_denied&state=" + parameter(own, "state")));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("The identity provider did not let you in");
    }

    private static String forged(String wrong, Map<String, @Nullable Object> claims) throws Exception {
        return switch (wrong) {
            case "another key" -> PROVIDER.sign(ANOTHER_KEY, "JWT", claims);
            case "alg none" -> new PlainJWT(PROVIDER.claims(claims)).serialize();
            case "shared secret" -> {
                SignedJWT token = new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.HS256)
                                .keyID(PROVIDER.key().getKeyID())
                                .build(),
                        PROVIDER.claims(claims));
                token.sign(new MACSigner(PROVIDER.key().toRSAPublicKey().getEncoded()));
                yield token.serialize();
            }
            case "audience" -> PROVIDER.sign(PROVIDER.key(), "JWT", with(claims, "aud", "another-client"));
            case "issuer" -> PROVIDER.sign(PROVIDER.key(), "JWT", with(claims, "iss", "https://elsewhere.example"));
            case "expired" ->
                PROVIDER.sign(
                        PROVIDER.key(),
                        "JWT",
                        with(
                                with(claims, "iat", Instant.now().minusSeconds(1200)),
                                "exp",
                                Instant.now().minusSeconds(600)));
            default -> PROVIDER.sign(PROVIDER.key(), "JWT", claims);
        };
    }

    @Test
    void aTokenGivesTheApiWhatItsRoleMayAndNoMore() {
        Map<String, @Nullable Object> otto = Map.of("sub", "otto", "groups", List.of("kling-operators"));
        String operator = PROVIDER.accessToken(otto);
        String viewer = PROVIDER.accessToken(Map.of("sub", "vera", "groups", List.of("watchers")));
        String patch = "{\"credits\": 1, \"reason\": \"why\"}";

        admin("GET", "/tenants", viewer, "").expect(200);
        assertThat(admin("POST", "/tenants/alpha/grants", viewer, patch)
                        .expect(403)
                        .code())
                .isEqualTo("not_permitted");
        admin("POST", "/tenants/alpha/grants", operator, patch).expect(200);
        for (Map<String, @Nullable Object> idle : List.<Map<String, @Nullable Object>>of(
                Map.of("sub", "mona", "groups", List.of("kling-alpha-member")),
                Map.of("sub", "nils", "groups", List.of("choir")),
                Map.of("sub", "nils"))) {
            admin("GET", "/tenants", PROVIDER.accessToken(idle), "").expect(403);
        }
        for (Map<String, @Nullable Object> another : List.of(
                with(otto, "nonce", "of an id token"),
                with(otto, "at_hash", "of an id token"),
                with(otto, "typ", "ID"),
                with(otto, "exp", null),
                with(otto, "nbf", Instant.now().plusSeconds(600)))) {
            admin("GET", "/tenants", PROVIDER.accessToken(another), "").expect(401);
        }
        admin("GET", "/tenants", PROVIDER.logoutToken(otto), "").expect(401);
        for (String said : List.of("scope", "scp", "client_id", "appid", "idtyp")) {
            admin("GET", "/tenants", PROVIDER.sign(PROVIDER.key(), "JWT", with(otto, said, "any")), "")
                    .expect(200);
        }
        admin("GET", "/tenants", PROVIDER.sign(PROVIDER.key(), "JWT", with(otto, "typ", "Bearer")), "")
                .expect(200);
        admin("GET", "/tenants", PROVIDER.sign(PROVIDER.key(), "JWT", otto), "").expect(401);
        api.get("/v2/jobs", "Authorization", "Bearer " + operator).expect(401);
    }

    /** The right nonce is in each, so that nothing else is what is refused. */
    @ParameterizedTest
    @ValueSource(
            strings = {"another key", "alg none", "shared secret", "audience", "issuer", "expired", "nothing wrong"})
    void anIdTokenThatIsNotGoodLetsNobodyIn(String wrong) throws Exception {
        Person mallory = new Person("vera");
        URI own = mallory.depart("");
        URI callback = mallory.atProvider.signIn(own, "vera");
        Map<String, @Nullable Object> claims =
                Map.of("sub", "otto", "groups", List.of("kling-operators"), "nonce", parameter(own, "nonce"));
        PROVIDER.forge(forged(wrong, claims));
        try {
            if (wrong.equals("nothing wrong")) {
                assertThat(goesTo(mallory.comeBack(callback))).isEqualTo("/console");
            } else {
                refused(mallory, callback);
            }
        } finally {
            PROVIDER.forge(null);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"another key", "alg none", "shared secret", "audience", "issuer", "expired"})
    void aForgedAccessTokenOpensNoApi(String wrong) throws Exception {
        Map<String, @Nullable Object> claims =
                Map.of("sub", "otto", "groups", List.of("kling-operators"), "scope", "openid");

        Answer answer = admin("GET", "/tenants", forged(wrong, claims), "");

        assertThat(answer.expect(401).header("WWW-Authenticate")).contains("invalid_token");
        admin("GET", "/tenants", forged("nothing wrong", claims), "").expect(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://elsewhere.example/console/operator",
                "//elsewhere.example/console/operator",
                "/console/operator%0d%0aSet-Cookie:%20a=b",
                "/console/team",
                "javascript:alert(1)",
                "/console/sign-out"
            })
    void comingBackLeadsNowhereElse(String next) {
        assertThat(goesTo(new Person("otto").signIn(next))).isEqualTo("/console");
    }
}
