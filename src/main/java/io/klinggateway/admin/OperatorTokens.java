package io.klinggateway.admin;

import io.klinggateway.support.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;

/** Tells operators by their tokens, in a time that says nothing about them. */
@Component
@EnableConfigurationProperties(OperatorSettings.class)
class OperatorTokens {

    private static final int SHORTEST_TOKEN = 16;

    private final List<Known> known;

    OperatorTokens(OperatorSettings settings) {
        settings.tokens().forEach(OperatorTokens::refuseUnfit);
        known = settings.tokens().entrySet().stream()
                .map(entry -> new Known(
                        new Operator(entry.getKey()), Sha256.of(entry.getValue().strip())))
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

    @SuppressWarnings("ArrayRecordComponent") // compared by MessageDigest alone
    private record Known(Operator operator, byte[] sha256) {

        @Override
        public String toString() {
            return "Known[" + operator + "]";
        }
    }

    boolean isEmpty() {
        return known.isEmpty();
    }

    Optional<Operator> find(String token) {
        byte[] sha256 = Sha256.of(token);
        Operator found = null;
        for (Known candidate : known) {
            if (MessageDigest.isEqual(candidate.sha256(), sha256)) {
                found = candidate.operator();
            }
        }
        return Optional.ofNullable(found);
    }

    Optional<Operator> named(String name) {
        return known.stream()
                .map(Known::operator)
                .filter(operator -> operator.name().equals(name))
                .findFirst();
    }

    String seal(Operator operator, String proof) {
        byte[] key = known.stream()
                .filter(candidate -> candidate.operator().equals(operator))
                .findFirst()
                .orElseThrow()
                .sha256();
        return HexFormat.of().formatHex(Sha256.hmac(key, proof.getBytes(StandardCharsets.UTF_8)));
    }
}
