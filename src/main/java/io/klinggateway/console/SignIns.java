package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.BruteForceThrottle;
import io.klinggateway.admin.OperatorTokens;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.signin.SingleSignOn.Arrival;
import io.klinggateway.support.Sha256;
import io.klinggateway.tenant.ApiKeyAuthenticator;
import io.klinggateway.tenant.Caller;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;

/**
 * Who has signed in. A session keeps a line of text: the key's id, the operator's name or the id of a person's session, and a
 * digest of a proof that the browser alone has, made for operators under their token. Who reads the sessions' tables can thus enter none of them, nor
 * try tokens. What the line stands for is looked up at every request, so a revoked key, a suspended tenant, a replaced
 * token or what the identity provider says ends it.
 */
@Component
@EnableConfigurationProperties(ConsoleSettings.class)
class SignIns {

    private static final String ATTRIBUTE = "console.visitor";
    private static final String TEAM = "key";
    private static final String OPERATOR = "operator";
    private static final String PERSON = "person";

    /** When the visitor last did something, in seconds since 1970; behind by up to the step, to spare writes. */
    private static final String ACTIVE = "console.active";

    private static final Duration ACTIVE_STEP = Duration.ofMinutes(1);

    static final String PROOF = "kling_console_proof";

    private static final int PROOF_BYTES = 32;

    private final ApiKeyAuthenticator keys;
    private final OperatorTokens operators;
    private final ConsoleSettings settings;
    private final Clock clock;
    private final BruteForceThrottle throttle;
    private final @Nullable PersonVisitors people;
    private final SecureRandom random = new SecureRandom();
    private final Counter byOperators;
    private final Counter byTeams;
    private final Counter byPeople;
    private final Counter refusals;

    SignIns(
            ApiKeyAuthenticator keys,
            OperatorTokens operators,
            ConsoleSettings settings,
            Clock clock,
            BruteForceThrottle throttle,
            ObjectProvider<PersonVisitors> people,
            MeterRegistry meters) {
        this.keys = keys;
        this.operators = operators;
        this.settings = settings;
        this.clock = clock;
        this.throttle = throttle;
        this.people = people.getIfAvailable();
        this.byOperators = counter(meters, "operator");
        this.byTeams = counter(meters, "tenant");
        this.byPeople = counter(meters, "person");
        this.refusals = counter(meters, "refused");
    }

    /**
     * Begins a session for an operator's token or a tenant's key.
     *
     * @return who that is
     * @throws ProblemException if it is neither, or too many attempts failed before
     */
    Visitor signIn(HttpServletRequest request, HttpServletResponse response, String secret) {
        throttle.attempt(request, secret);
        String proof = newProof();
        Optional<Actor> operator = operators.find(secret);
        Visitor visitor;
        String line;
        if (operator.isPresent()) {
            visitor = Visitor.of(operator.get());
            line = String.join(" ", OPERATOR, operator.get().name(), operators.signature(operator.get(), proof));
        } else {
            Caller caller = tenantKey(secret, request);
            visitor = Visitor.of(caller);
            line = String.join(" ", TEAM, caller.keyId().toString(), sha256(proof));
        }
        throttle.succeeded(request, secret);
        begin(request, response, line, proof);
        (visitor.isOperator() ? byOperators : byTeams).increment();
        return visitor;
    }

    /** Whether people may come from an identity provider. */
    boolean takePeople() {
        return people != null;
    }

    /**
     * Begins a session for somebody whom the identity provider sent.
     *
     * @return who that is here; empty, and there is no session, if none of the person's teams can be entered
     */
    Optional<Visitor> signIn(HttpServletRequest request, HttpServletResponse response, Arrival arrival) {
        PersonVisitors visitors = Objects.requireNonNull(people);
        Optional<Visitor> visitor = visitors.visitor(request, arrival);
        if (visitor.isPresent()) {
            String proof = newProof();
            String line =
                    String.join(" ", PERSON, visitors.begin(arrival, proof).toString(), sha256(proof));
            visitors.go(begin(request, response, line, proof), visitor.get().place());
            byPeople.increment();
        }
        return visitor;
    }

    /** Counts somebody who came from the identity provider, and is not let in. */
    void refused() {
        refusals.increment();
    }

    private HttpSession begin(HttpServletRequest request, HttpServletResponse response, String line, String proof) {
        end(request);
        HttpSession session = request.getSession(true);
        session.setAttribute(ATTRIBUTE, line);
        session.setAttribute(ACTIVE, Long.toString(clock.instant().getEpochSecond()));
        FormTokens.begin(session);
        Cookies.set(request, response, PROOF, proof);
        return session;
    }

    private String newProof() {
        byte[] bytes = new byte[PROOF_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String sha256(String text) {
        return HexFormat.of().formatHex(Sha256.of(text));
    }

    private Caller tenantKey(String secret, HttpServletRequest request) {
        try {
            return keys.authenticate(secret, request);
        } catch (ProblemException refused) {
            refusals.increment();
            throw refused;
        } catch (RuntimeException away) {
            throttle.forget(request, secret);
            throw away;
        }
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("kling.gateway.console.sign.ins")
                .description("Attempts to sign in to the console")
                .tag("outcome", outcome)
                .register(meters);
    }

    /** @return where the browser can end the session at the identity provider, too; empty if there is none */
    Optional<URI> signOut(HttpServletRequest request, HttpServletResponse response) {
        HttpSession session = request.getSession(false);
        String[] line = session == null ? new String[0] : line(session);
        Optional<URI> provider = people != null && line.length > 0 && line[0].equals(PERSON)
                ? people.end(
                        request,
                        UUID.fromString(line[1]),
                        Cookies.find(request, PROOF).orElse(""))
                : Optional.empty();
        end(request);
        Cookies.remove(request, response, PROOF);
        return provider;
    }

    /** Of who has signed in; empty if nobody has. */
    private static String[] line(HttpSession session) {
        return session.getAttribute(ATTRIBUTE) instanceof String text ? text.split(" ", -1) : new String[0];
    }

    private static void end(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
    }

    /**
     * Empty if what the session was begun with is not good any more, this is another browser, or it was begun or active
     * too long ago.
     */
    Optional<Visitor> find(HttpServletRequest request, HttpSession session) {
        Instant now = clock.instant();
        Instant begun = Instant.ofEpochMilli(session.getCreationTime());
        Instant active = active(session).orElse(begun);
        if (now.isAfter(begun.plus(settings.sessionTimeout()))
                || now.isAfter(active.plus(settings.idleTimeout()).plus(ACTIVE_STEP))) {
            return Optional.empty();
        }
        Optional<Visitor> visitor = Cookies.find(request, PROOF).flatMap(proof -> visitor(request, session, proof));
        if (visitor.isPresent() && isActivity(request) && now.isAfter(active.plus(ACTIVE_STEP))) {
            session.setAttribute(ACTIVE, Long.toString(now.getEpochSecond()));
        }
        return visitor;
    }

    private static Optional<Instant> active(HttpSession session) {
        return session.getAttribute(ACTIVE) instanceof String seconds
                ? Optional.of(Instant.ofEpochSecond(Long.parseLong(seconds)))
                : Optional.empty();
    }

    /** A page that asks by itself how its job is doing does not show that a visitor is there. */
    private static boolean isActivity(HttpServletRequest request) {
        return !request.getRequestURI().endsWith(Paths.LIVE);
    }

    private Optional<Visitor> visitor(HttpServletRequest request, HttpSession session, String proof) {
        String[] parts = line(session);
        if (parts.length == 0) {
            return Optional.empty();
        }
        if (parts[0].equals(OPERATOR)) {
            return operators.find(parts[1], proof, parts[2]).map(Visitor::of);
        }
        boolean same = MessageDigest.isEqual(
                parts[2].getBytes(StandardCharsets.UTF_8), sha256(proof).getBytes(StandardCharsets.UTF_8));
        if (!same) {
            return Optional.empty();
        }
        UUID id = UUID.fromString(parts[1]);
        if (parts[0].equals(PERSON)) {
            return people == null ? Optional.empty() : people.find(request, session, id, proof);
        }
        return keys.find(new KeyId(id), request).map(Visitor::of);
    }
}
