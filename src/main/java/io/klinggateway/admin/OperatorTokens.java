package io.klinggateway.admin;

import io.klinggateway.support.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;

/** Identifies operators by their tokens, in a time that does not depend on them. */
@Component
@EnableConfigurationProperties(OperatorSettings.class)
public class OperatorTokens {

    private static final int SHORTEST_TOKEN = 16;

    private final List<Known> known;

    OperatorTokens(OperatorSettings settings) {
        settings.tokens().forEach(OperatorTokens::refuseUnfit);
        known = settings.tokens().entrySet().stream()
                .map(entry -> new Known(
                        Actor.byToken(entry.getKey()),
                        Sha256.of(entry.getValue().strip())))
                .toList();
    }

    private static void refuseUnfit(String name, String token) {
        if (!name.matches(Rules.NAME)) {
            throw new IllegalStateException("gateway.admin.tokens: the name \"" + name + "\" " + Rules.NAME_RULE);
        }
        if (token.strip().length() < SHORTEST_TOKEN) {
            throw new IllegalStateException("gateway.admin: the token of \"" + name + "\" must have at least "
                    + SHORTEST_TOKEN + " characters");
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // compared only by MessageDigest
    private record Known(Actor operator, byte[] sha256) {

        String signature(String proof) {
            return HexFormat.of().formatHex(Sha256.hmac(sha256, proof.getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public String toString() {
            return "Known[" + operator + "]";
        }
    }

    boolean isEmpty() {
        return known.isEmpty();
    }

    /** Empty if no operator has that token. */
    public Optional<Actor> find(String token) {
        byte[] sha256 = Sha256.of(token.strip());
        Actor found = null;
        for (Known candidate : known) {
            if (MessageDigest.isEqual(candidate.sha256(), sha256)) {
                found = candidate.operator();
            }
        }
        return Optional.ofNullable(found);
    }

    /** Binds a proof to the operator's token, which cannot be tried against the signature without the proof. */
    public String signature(Actor operator, String proof) {
        return named(operator.name()).orElseThrow().signature(proof);
    }

    /** Empty if the signature is of another proof, or once the token that it was made under is removed or replaced. */
    public Optional<Actor> find(String name, String proof, String signature) {
        return named(name)
                .filter(operator -> MessageDigest.isEqual(
                        signature.getBytes(StandardCharsets.UTF_8),
                        operator.signature(proof).getBytes(StandardCharsets.UTF_8)))
                .map(Known::operator);
    }

    private Optional<Known> named(String name) {
        return known.stream()
                .filter(candidate -> candidate.operator().name().equals(name))
                .findFirst();
    }
}
