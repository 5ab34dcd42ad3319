package io.klinggateway.admin;

import java.util.Optional;
import org.springframework.stereotype.Component;

/** Who is an operator, for a caller inside the gateway that remembers one between requests. */
@Component
public class Operators {

    private final OperatorTokens tokens;

    Operators(OperatorTokens tokens) {
        this.tokens = tokens;
    }

    /**
     * An operator who presented a token.
     *
     * @param mark tells this token from another one under the same name, and says nothing else about it
     */
    public record Known(Operator operator, String mark) {}

    /** Empty if it is nobody's token. */
    public Optional<Known> authenticate(String token) {
        return tokens.find(token.strip()).map(operator -> new Known(operator, tokens.mark(operator)));
    }

    /** Empty once the token that was presented is gone or another. */
    public Optional<Operator> find(String name, String mark) {
        return tokens.named(name).filter(operator -> tokens.mark(operator).equals(mark));
    }
}
