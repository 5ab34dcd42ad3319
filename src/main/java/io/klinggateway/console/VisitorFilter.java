package io.klinggateway.console;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.dao.DataAccessException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.TransactionException;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets who has signed in pass as who they are. */
final class VisitorFilter extends OncePerRequestFilter {

    /** Set on a request whose session has ended. */
    static final String ENDED = "sessionEnded";

    private static final Logger log = LoggerFactory.getLogger(VisitorFilter.class);

    private final SignIns signIns;
    private final Assets assets;
    private final ProblemWriter problems;

    VisitorFilter(SignIns signIns, Assets assets, ProblemWriter problems) {
        this.signIns = signIns;
        this.assets = assets;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        // Every template reads these.
        request.setAttribute("assets", assets);
        request.setAttribute("words", Words.INSTANCE);
        try {
            visitor(request).ifPresent(visitor -> enter(request, visitor));
        } catch (DataAccessException | TransactionException away) {
            log.warn("page not served, the database is not available: {}", away.getMessage());
            response.setHeader("Retry-After", "5");
            problems.write(
                    response,
                    Problem.of(ProblemCode.OVERLOADED, "The gateway cannot reach its database now; try again"));
            return;
        }
        try {
            chain.doFilter(request, response);
        } finally {
            MDC.remove("tenant");
        }
    }

    private static void enter(HttpServletRequest request, Visitor visitor) {
        SecurityContextHolder.getContext().setAuthentication(visitor);
        request.setAttribute("me", visitor);
        if (!visitor.isOperator()) {
            MDC.put("tenant", visitor.getName());
        }
    }

    private Optional<Visitor> visitor(HttpServletRequest request) {
        if (request.getRequestURI().startsWith(Assets.PATH)) {
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
}
