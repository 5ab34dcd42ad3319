package io.klinggateway.console;

import io.klinggateway.tenant.Caller;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.MDC;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** Authenticates each request from its session. */
final class VisitorFilter extends OncePerRequestFilter {

    /** Set on a request whose session has ended. */
    static final String ENDED = "sessionEnded";

    private final SignIns signIns;

    VisitorFilter(SignIns signIns) {
        this.signIns = signIns;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        request.setAttribute("singleSignOn", signIns.takePeople());
        visitor(request).ifPresent(visitor -> enter(request, visitor));
        try {
            chain.doFilter(request, response);
        } finally {
            MDC.remove("tenant");
        }
    }

    private static void enter(HttpServletRequest request, Visitor visitor) {
        SecurityContextHolder.getContext().setAuthentication(visitor);
        request.setAttribute("me", visitor);
        if (visitor.getPrincipal() instanceof Caller caller) {
            MDC.put("tenant", caller.tenant().name());
        }
    }

    private Optional<Visitor> visitor(HttpServletRequest request) {
        if (isForAnybody(request.getRequestURI())) {
            return Optional.empty();
        }
        HttpSession session = request.getSession(false);
        if (session == null) {
            return Optional.empty();
        }
        Optional<Visitor> visitor = signIns.find(request, session);
        if (visitor.isEmpty()) {
            session.invalidate();
            request.setAttribute(ENDED, true);
        }
        return visitor;
    }

    /** What needs no visitor must not wait for the identity provider, whom looking for one may have to ask. */
    private static boolean isForAnybody(String path) {
        return path.startsWith(Paths.ASSETS)
                || path.equals(Paths.SIGN_IN)
                || path.startsWith(Paths.SIGN_IN + "/")
                || path.equals(Paths.BACK_CHANNEL)
                || path.equals(Paths.THEME)
                || path.equals(Paths.SIGN_OUT);
    }
}
