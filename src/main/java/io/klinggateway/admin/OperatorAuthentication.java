package io.klinggateway.admin;

import java.util.List;
import java.util.Objects;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** A request whose token was found good, with the role that it gives. Holds no credentials. */
final class OperatorAuthentication extends AbstractAuthenticationToken {

    private final transient Actor operator;

    OperatorAuthentication(Actor operator) {
        super(List.of(new SimpleGrantedAuthority(
                Objects.requireNonNull(operator.role()).name())));
        this.operator = operator;
        setAuthenticated(true);
    }

    @Override
    public Actor getPrincipal() {
        return operator;
    }

    @Override
    public String getCredentials() {
        return "";
    }
}
