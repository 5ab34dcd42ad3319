package io.klinggateway.tenant;

import java.util.List;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** A request whose key was found good. Holds no credentials. */
final class ApiKeyAuthentication extends AbstractAuthenticationToken {

    private final transient Caller caller;

    ApiKeyAuthentication(Caller caller) {
        super(List.of());
        this.caller = caller;
        setAuthenticated(true);
    }

    @Override
    public Caller getPrincipal() {
        return caller;
    }

    @Override
    public String getCredentials() {
        return "";
    }
}
