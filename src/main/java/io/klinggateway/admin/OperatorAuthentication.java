package io.klinggateway.admin;

import java.util.List;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** A request whose token was found good. Holds no credentials. */
final class OperatorAuthentication extends AbstractAuthenticationToken {

    private final transient Operator operator;

    OperatorAuthentication(Operator operator) {
        super(List.of());
        this.operator = operator;
        setAuthenticated(true);
    }

    @Override
    public Operator getPrincipal() {
        return operator;
    }

    @Override
    public String getCredentials() {
        return "";
    }
}
