package io.klinggateway.provider;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Objects;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.authorization.oidc.authentication.OidcLogoutAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.oidc.web.authentication.OidcLogoutAuthenticationSuccessHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;

/** Tells every gateway that somebody's session has ended here, before the browser is sent back. */
final class BackChannel implements AuthenticationSuccessHandler {

    private final SimulatedProvider provider;
    private final AuthenticationSuccessHandler sendBack = new OidcLogoutAuthenticationSuccessHandler();
    private final HttpClient http = HttpClient.newHttpClient();

    BackChannel(SimulatedProvider provider) {
        this.provider = provider;
    }

    @Override
    public void onAuthenticationSuccess(
            HttpServletRequest request, HttpServletResponse response, Authentication authentication)
            throws IOException, ServletException {
        String subject = Objects.requireNonNull(((OidcLogoutAuthenticationToken) authentication).getIdToken())
                .getSubject();
        for (String gateway : provider.gateways()) {
            tell(gateway, provider.logoutToken(Map.of("sub", subject)));
        }
        sendBack.onAuthenticationSuccess(request, response, authentication);
    }

    private void tell(String gateway, String logoutToken) throws IOException {
        try {
            http.send(
                    HttpRequest.newBuilder(URI.create(gateway + "/console/back-channel-logout"))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString("logout_token=" + logoutToken))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
