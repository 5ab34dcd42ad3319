package io.klinggateway.console;

import io.klinggateway.admin.Operator;
import io.klinggateway.tenant.Caller;
import java.util.List;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** Who has signed in, found good for this request. Holds no credentials. */
class Visitor extends AbstractAuthenticationToken {

    static final String OPERATOR = "OPERATOR";
    static final String TEAM = "TEAM";

    private final transient Object principal;
    private final String name;
    private final boolean operator;

    Visitor(Object principal, String name, String authority) {
        super(List.of(new SimpleGrantedAuthority(authority)));
        this.principal = principal;
        this.name = name;
        this.operator = authority.equals(OPERATOR);
        setAuthenticated(true);
    }

    static Visitor of(Caller caller) {
        return new Visitor(caller, caller.tenant().name(), TEAM);
    }

    static Visitor of(Operator operator) {
        return new Visitor(operator, operator.name(), OPERATOR);
    }

    /**
     * Whether who has signed in issues, rotates and revokes the team's keys. A key does not: one that leaked would make others,
     * and outlive its own end.
     */
    public boolean mayManageKeys() {
        return false;
    }

    public boolean isOperator() {
        return operator;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public Object getPrincipal() {
        return principal;
    }

    @Override
    public String getCredentials() {
        return "";
    }
}
