package io.klinggateway.admin;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.problem.ProblemWriter;
import io.klinggateway.signin.BearerTokens;
import io.klinggateway.signin.BearerTokens.Bearer;
import io.klinggateway.signin.Person;
import io.klinggateway.signin.Role;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets operators pass: by a token of the settings, or by one of the identity provider's. While there can be neither, every
 * request is answered 404.
 */
final class OperatorFilter extends OncePerRequestFilter {

    private static final String BEARER = "Bearer ";
    private static final String INVALID = "Bearer error=\"invalid_token\"";
    private static final Problem INVALID_TOKEN = Problem.of(ProblemCode.API_KEY_INVALID, "Invalid operator token");
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final OperatorTokens tokens;
    private final BruteForceThrottle throttle;
    private final @Nullable BearerTokens people;
    private final ProblemWriter problems;

    /** @param people null where nobody can sign in at a provider */
    OperatorFilter(
            OperatorTokens tokens, BruteForceThrottle throttle, @Nullable BearerTokens people, ProblemWriter problems) {
        this.tokens = tokens;
        this.throttle = throttle;
        this.people = people;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (tokens.isEmpty() && people == null) {
            problems.write(response, Problem.of(ProblemCode.NOT_FOUND, "Not found"));
            return;
        }
        String token = tokenOf(request);
        if (token == null) {
            refuse(response, Problem.of(ProblemCode.API_KEY_MISSING, "An operator's bearer token is required"));
            return;
        }
        if (people != null && BearerTokens.isPlausible(token)) {
            enterByProvider(people.read(token), request, response, chain);
        } else {
            enterByToken(token, request, response, chain);
        }
    }

    private void enterByToken(String token, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<Actor> operator;
        try {
            operator = find(request, token);
        } catch (ProblemException refused) {
            problems.write(response, refused);
            return;
        }
        if (operator.isPresent()) {
            enter(operator.get(), request, response, chain);
        } else {
            refuse(response, INVALID_TOKEN);
        }
    }

    private Optional<Actor> find(HttpServletRequest request, String token) {
        throttle.attempt(request, token);
        Optional<Actor> operator = tokens.find(token);
        if (operator.isPresent()) {
            throttle.succeeded(request, token);
        }
        return operator;
    }

    /** A signature cannot be guessed: who sends old tokens again and again is not held up. */
    private void enterByProvider(
            Bearer bearer, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        switch (bearer) {
            case Bearer.Known(Person person)
            when !roleOf(person).isOfTeam() -> enter(Actor.of(person, roleOf(person)), request, response, chain);
            case Bearer.Known _, Bearer.WithoutRole _ ->
                problems.write(
                        response,
                        Problem.of(
                                ProblemCode.NOT_PERMITTED,
                                "This needs the role viewer or operator; the token gives neither"));
            case Bearer.Unanswered _ ->
                problems.write(
                        response,
                        new ProblemException(
                                Problem.of(
                                        ProblemCode.OVERLOADED,
                                        "The gateway cannot reach the identity provider now; try again"),
                                RETRY));
            case Bearer.Bad _ -> refuse(response, INVALID_TOKEN);
        }
    }

    /** A role in the whole comes before those in teams. */
    private static Role roleOf(Person person) {
        return person.roles().getFirst().role();
    }

    private static void enter(
            Actor operator, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        SecurityContextHolder.getContext().setAuthentication(new OperatorAuthentication(operator));
        chain.doFilter(request, response);
    }

    private void refuse(HttpServletResponse response, Problem problem) throws IOException {
        response.setHeader(
                HttpHeaders.WWW_AUTHENTICATE, problem.code() == ProblemCode.API_KEY_MISSING ? "Bearer" : INVALID);
        problems.write(response, problem);
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
