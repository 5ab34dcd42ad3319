package io.klinggateway.tenant;

import io.klinggateway.problem.DatabaseAwayLog;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpMethod;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets a request pass as the tenant whose key it carries: in {@code X-API-Key}, or in {@code Authorization} as a bearer token
 * or alone.
 */
final class ApiKeyFilter extends OncePerRequestFilter {

    /** apiframe: the catalogue is for everyone. */
    static final RequestMatcher CATALOGUE = new OrRequestMatcher(
            PathPatternRequestMatcher.pathPattern(HttpMethod.GET, "/v2/models"),
            PathPatternRequestMatcher.pathPattern(HttpMethod.HEAD, "/v2/models"));

    private static final String HEADER = "X-API-Key";
    private static final String BEARER = "Bearer ";
    private static final Duration DATABASE_RETRY = Duration.ofSeconds(5);

    private final ApiKeyAuthenticator keys;
    private final ProblemWriter problems;
    private final DatabaseAwayLog databaseAway;

    ApiKeyFilter(ApiKeyAuthenticator keys, ProblemWriter problems, DatabaseAwayLog databaseAway) {
        this.keys = keys;
        this.problems = problems;
        this.databaseAway = databaseAway;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return CATALOGUE.matches(request);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            Caller caller = keys.authenticate(keyOf(request), request);
            SecurityContextHolder.getContext().setAuthentication(new ApiKeyAuthentication(caller));
            MDC.put("tenant", caller.tenant().name());
        } catch (ProblemException refused) {
            problems.write(response, refused.problem());
            return;
        } catch (DataAccessException failure) {
            databaseAway.warn("key not checked", failure);
            response.setHeader("Retry-After", Long.toString(DATABASE_RETRY.toSeconds()));
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

    private static @Nullable String keyOf(HttpServletRequest request) {
        String key = request.getHeader(HEADER);
        if (key != null) {
            return key;
        }
        String authorization = request.getHeader("Authorization");
        if (authorization == null) {
            return null;
        }
        if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return authorization.substring(BEARER.length());
        }
        return isKeyAlone(authorization.strip()) ? authorization : null;
    }

    /** No other scheme, which has a space behind it, nor the one that lacks its key. */
    private static boolean isKeyAlone(String authorization) {
        return authorization.indexOf(' ') < 0 && !authorization.equalsIgnoreCase(BEARER.strip());
    }
}
