package io.klinggateway.admin;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets operators pass. While no token is set, every request is answered 404. */
final class OperatorFilter extends OncePerRequestFilter {

    private static final String BEARER = "Bearer ";

    private final OperatorTokens tokens;
    private final GuessThrottle throttle;
    private final ProblemWriter problems;

    OperatorFilter(OperatorTokens tokens, GuessThrottle throttle, ProblemWriter problems) {
        this.tokens = tokens;
        this.throttle = throttle;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (tokens.isEmpty()) {
            problems.write(response, Problem.of(ProblemCode.NOT_FOUND, "Not found"));
            return;
        }
        String token = tokenOf(request);
        Optional<Operator> operator;
        try {
            operator = token == null ? Optional.empty() : find(request, token);
        } catch (ProblemException refused) {
            problems.write(response, refused);
            return;
        }
        if (operator.isEmpty()) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
            problems.write(
                    response,
                    token == null
                            ? Problem.of(ProblemCode.API_KEY_MISSING, "An operator's bearer token is required")
                            : Problem.of(ProblemCode.API_KEY_INVALID, "Invalid operator token"));
            return;
        }
        SecurityContextHolder.getContext().setAuthentication(new OperatorAuthentication(operator.get()));
        chain.doFilter(request, response);
    }

    private Optional<Operator> find(HttpServletRequest request, String token) {
        throttle.attempt(request, token);
        Optional<Operator> operator = tokens.find(token);
        if (operator.isPresent()) {
            throttle.succeeded(request, token);
        }
        return operator;
    }

    private static @Nullable String tokenOf(HttpServletRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization == null || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return null;
        }
        String token = authorization.substring(BEARER.length()).strip();
        return token.isEmpty() ? null : token;
    }
}
