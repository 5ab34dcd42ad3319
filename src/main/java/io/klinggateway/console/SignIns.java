package io.klinggateway.console;

import io.klinggateway.admin.Operators;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.KeyAuthentication;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;

/**
 * Who has signed in. A session keeps one line of text: the key's id, or the operator's name and a mark of the token. What
 * they stand for is looked up at every request, so a revoked key, a suspended tenant or a replaced token ends it.
 */
@Component
@EnableConfigurationProperties(ConsoleSettings.class)
class SignIns {

    private static final String ATTRIBUTE = "console.visitor";
    private static final String TEAM = "key";
    private static final String OPERATOR = "operator";

    private final KeyAuthentication keys;
    private final Operators operators;
    private final ConsoleSettings settings;
    private final Clock clock;
    private final Counter byOperators;
    private final Counter byTeams;
    private final Counter refusals;

    SignIns(KeyAuthentication keys, Operators operators, ConsoleSettings settings, Clock clock, MeterRegistry meters) {
        this.keys = keys;
        this.operators = operators;
        this.settings = settings;
        this.clock = clock;
        this.byOperators = counter(meters, "operator");
        this.byTeams = counter(meters, "tenant");
        this.refusals = counter(meters, "refused");
    }

    /**
     * Begins a session for whoever presents an operator's token or a tenant's key.
     *
     * @throws ProblemException if it is neither
     */
    void signIn(HttpServletRequest request, String secret) {
        Optional<Operators.Known> operator = operators.authenticate(secret);
        String visitor = operator.isPresent()
                ? String.join(
                        " ",
                        OPERATOR,
                        operator.get().operator().name(),
                        operator.get().mark())
                : TEAM + " " + tenantKey(secret).keyId();
        signOut(request);
        request.getSession(true).setAttribute(ATTRIBUTE, visitor);
        (operator.isPresent() ? byOperators : byTeams).increment();
    }

    private Caller tenantKey(String secret) {
        try {
            return keys.authenticate(secret);
        } catch (ProblemException refused) {
            refusals.increment();
            throw refused;
        }
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("kling.gateway.console.sign.ins")
                .description("Attempts to sign in to the console")
                .tag("outcome", outcome)
                .register(meters);
    }

    void signOut(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
    }

    /** Empty if what the session was begun with is not good any more, or it was begun too long ago. */
    Optional<Visitor> find(HttpSession session) {
        Instant latest = Instant.ofEpochMilli(session.getCreationTime()).plus(settings.sessionTimeout());
        if (clock.instant().isAfter(latest) || !(session.getAttribute(ATTRIBUTE) instanceof String visitor)) {
            return Optional.empty();
        }
        String[] parts = visitor.split(" ", -1);
        return parts[0].equals(TEAM)
                ? keys.find(new KeyId(UUID.fromString(parts[1]))).map(Visitor::of)
                : operators.find(parts[1], parts[2]).map(Visitor::of);
    }
}
