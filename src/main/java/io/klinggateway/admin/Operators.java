package io.klinggateway.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Who is an operator, for a caller inside the gateway that remembers one between requests. */
@Component
public class Operators {

    private final OperatorTokens tokens;

    Operators(OperatorTokens tokens) {
        this.tokens = tokens;
    }

    /** Empty if it is nobody's token. */
    public Optional<Operator> authenticate(String token) {
        return tokens.find(token.strip());
    }

    /** Binds a proof to the operator's token, which cannot be tried against the seal without the proof. */
    public String seal(Operator operator, String proof) {
        return tokens.seal(operator, proof);
    }

    /** Empty if the seal is of another proof, or once the token that it was made under is gone or another. */
    public Optional<Operator> find(String name, String proof, String seal) {
        return tokens.named(name)
                .filter(operator -> MessageDigest.isEqual(
                        seal.getBytes(StandardCharsets.UTF_8),
                        tokens.seal(operator, proof).getBytes(StandardCharsets.UTF_8)));
    }
}
