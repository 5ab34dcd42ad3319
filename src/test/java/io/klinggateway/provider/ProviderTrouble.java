package io.klinggateway.provider;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/** What a provider does that is away, or in the hands of somebody else. */
final class ProviderTrouble extends OncePerRequestFilter {

    private final SimulatedProvider provider;

    ProviderTrouble(SimulatedProvider provider) {
        this.provider = provider;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String forged = provider.forgedIdToken();
        if (provider.isAway()
                || (provider.isHalfAway() && request.getRequestURI().equals("/userinfo"))) {
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        } else if (provider.refusal() > 0 && request.getRequestURI().equals("/oauth2/token")) {
            response.setStatus(provider.refusal());
            response.setContentType("application/json");
            response.getWriter().write("{\"error\": \"invalid_grant\"}");
        } else if (forged != null && request.getRequestURI().equals("/oauth2/token")) {
            response.setContentType("application/json");
            response.getWriter().write("""
                    {"access_token":"any","token_type":"Bearer","expires_in":300,"scope":"openid profile","id_token":"%s"}
                    """.formatted(forged));
        } else {
            chain.doFilter(request, response);
        }
    }
}
