package io.klinggateway.console;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemWriter;
import io.klinggateway.problem.Problems;
import io.klinggateway.problem.StreamedBody;
import io.klinggateway.signin.Role;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.authorization.AuthorityAuthorizationDecision;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.access.AccessDeniedHandlerImpl;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.authentication.session.NullAuthenticatedSessionStrategy;
import org.springframework.security.web.header.writers.CrossOriginOpenerPolicyHeaderWriter.CrossOriginOpenerPolicy;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter.CrossOriginResourcePolicy;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.session.web.http.SessionRepositoryFilter;
import org.springframework.web.filter.OncePerRequestFilter;
import org.thymeleaf.spring6.view.ThymeleafViewResolver;

/**
 * Who may open which page, and what a browser may do with it. Keys and tokens open a session here and nothing else. What no
 * line of the rules lets a role do is refused: whoever adds a page that changes something says here whose it is.
 */
@Configuration(proxyBeanMethods = false)
class ConsoleSecurity {

    /** Set on a request that is refused: the roles that it needs, in words. */
    static final String NEEDED = "needed";

    private static final String OPERATOR = Role.OPERATOR.name();
    private static final String VIEWER = Role.VIEWER.name();
    private static final String ADMIN = Role.ADMIN.name();
    private static final String MEMBER = Role.MEMBER.name();

    @Bean
    @Order(-1)
    SecurityFilterChain console(
            HttpSecurity http, ConsoleSettings settings, SignIns signIns, Apiframe apiframe, ProblemWriter problems) {
        http.securityMatcher(Paths.CONSOLE, Paths.CONSOLE + "/**")
                .formLogin(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                // Who signed in is looked up by VisitorFilter; Spring Security itself keeps nothing between requests.
                // So each looks like a sign-in to it; those that are one begin a session of their own.
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS)
                        .sessionFixation(fixation -> fixation.none()));
        if (!settings.enabled()) {
            return http.csrf(AbstractHttpConfigurer::disable)
                    .addFilterBefore(new Off(problems), AnonymousAuthenticationFilter.class)
                    .build();
        }
        return http.csrf(csrf -> csrf.ignoringRequestMatchers(Paths.BACK_CHANNEL)
                        .csrfTokenRepository(new FormTokens())
                        .csrfTokenRequestHandler(new SameSiteForms())
                        // A visitor is new to every request; a form's token must not be.
                        .sessionAuthenticationStrategy(new NullAuthenticatedSessionStrategy()))
                .headers(headers -> headers.contentSecurityPolicy(
                                policy -> policy.policyDirectives(contentSecurityPolicy(apiframe.upstream())))
                        .frameOptions(frames -> frames.deny())
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN))
                        .crossOriginOpenerPolicy(opener -> opener.policy(CrossOriginOpenerPolicy.SAME_ORIGIN))
                        .crossOriginResourcePolicy(resource -> resource.policy(CrossOriginResourcePolicy.SAME_ORIGIN)))
                .addFilterBefore(new VisitorFilter(signIns), AnonymousAuthenticationFilter.class)
                .exceptionHandling(refusals -> refusals.authenticationEntryPoint(
                                (request, response, _) -> askToSignIn(request, response))
                        .accessDeniedHandler(forbidden()))
                .authorizeHttpRequests(ConsoleSecurity::rules)
                .build();
    }

    @Bean
    StreamedBody pictureBody() {
        return new StreamedBody(TryPages.PICTURE);
    }

    /** The first line that names a request decides. */
    private static void rules(
            AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry requests) {
        requests.dispatcherTypeMatchers(DispatcherType.FORWARD)
                .permitAll()
                .requestMatchers(Paths.SIGN_IN, Paths.SIGN_IN + "/*", Paths.ASSETS + "**", Paths.BACK_CHANNEL)
                .permitAll()
                // Its form's token is the session's.
                .requestMatchers(Paths.SIGN_OUT)
                .permitAll()
                .requestMatchers(HttpMethod.POST, Paths.THEME)
                .permitAll()
                // It has the prompts, which are not for all who look.
                .requestMatchers(Paths.OPERATOR + "/tenants/*/export")
                .hasAuthority(OPERATOR)
                .requestMatchers(reading(Paths.CONSOLE + "/operator/**"))
                .hasAnyAuthority(OPERATOR, VIEWER)
                .requestMatchers(Paths.CONSOLE + "/operator/**")
                .hasAuthority(OPERATOR)
                // A key that leaked must not make others, nor outlive its own end.
                .requestMatchers(Paths.CONSOLE + "/team/keys", Paths.CONSOLE + "/team/keys/**")
                .hasAuthority(ADMIN)
                .requestMatchers(reading(Paths.CONSOLE + "/team/**"))
                .hasAnyAuthority(MEMBER, ADMIN)
                .requestMatchers(Paths.CONSOLE + "/team/webhooks/default")
                .hasAuthority(ADMIN)
                .requestMatchers(
                        Paths.CONSOLE + "/team/try/**",
                        Paths.CONSOLE + "/team/jobs/*/cancel",
                        Paths.CONSOLE + "/team/webhooks/**")
                .hasAnyAuthority(MEMBER, ADMIN)
                .requestMatchers(Paths.CONSOLE + "/team/credit-requests")
                .access((visitor, _) -> mayAskForCredits(visitor.get()))
                .requestMatchers(Paths.CONSOLE + "/team/**")
                .hasAuthority(ADMIN)
                .requestMatchers(reading(Paths.CONSOLE + "/**"))
                .access((visitor, _) -> new AuthorizationDecision(visitor.get() instanceof Visitor))
                .requestMatchers(Paths.PLACE)
                .access((visitor, _) -> new AuthorizationDecision(visitor.get() instanceof Visitor))
                .anyRequest()
                .denyAll();
    }

    private static AuthorizationDecision mayAskForCredits(@Nullable Authentication visitor) {
        return new AuthorityAuthorizationDecision(
                visitor instanceof Visitor known && known.mayAskForCredits(),
                AuthorityUtils.createAuthorityList(ADMIN));
    }

    private static RequestMatcher[] reading(String path) {
        PathPatternRequestMatcher.Builder requests = PathPatternRequestMatcher.withDefaults();
        return new RequestMatcher[] {requests.matcher(HttpMethod.GET, path), requests.matcher(HttpMethod.HEAD, path)};
    }

    /** Outside of all that reads sessions, and inside of what names the request. */
    @Bean
    FilterRegistrationBean<FailurePages> failurePages(Assets assets, Problems problems, ThymeleafViewResolver views) {
        var pages = new FilterRegistrationBean<>(new FailurePages(assets, problems, views));
        pages.addUrlPatterns(Paths.CONSOLE, Paths.CONSOLE + "/*");
        pages.setOrder(SessionRepositoryFilter.DEFAULT_ORDER - 1);
        return pages;
    }

    /** Images are the vendor's, wherever it keeps them; plain http only where the vendor itself is called so. */
    private static String contentSecurityPolicy(String upstream) {
        String images = upstream.startsWith("http:") ? "'self' https: http:" : "'self' https:";
        return "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src " + images
                + "; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    }

    /** A form may be sent after its session has ended: the visitor is asked to sign in again. */
    private static AccessDeniedHandler forbidden() {
        AccessDeniedHandlerImpl page = new AccessDeniedHandlerImpl();
        page.setErrorPage(Paths.FORBIDDEN);
        return (request, response, refused) -> {
            if (request.getSession(false) == null && !request.getRequestURI().equals(Paths.SIGN_IN)) {
                request.setAttribute(VisitorFilter.ENDED, true);
                askToSignIn(request, response);
            } else {
                if (refused instanceof AuthorizationDeniedException denied
                        && denied.getAuthorizationResult() instanceof AuthorityAuthorizationDecision rule) {
                    request.setAttribute(
                            NEEDED,
                            rule.getAuthorities().stream()
                                    .map(role -> Role.valueOf(Objects.requireNonNull(role.getAuthority())))
                                    .sorted()
                                    .map(Role::word)
                                    .toList());
                }
                page.handle(request, response, refused);
            }
        };
    }

    /** A part of a page cannot show the sign-in form: it has the whole page go there. */
    private static void askToSignIn(HttpServletRequest request, HttpServletResponse response) {
        String target = ReturnPath.signIn(request);
        if (request.getHeader("HX-Request") == null) {
            response.setHeader(HttpHeaders.LOCATION, target);
            response.setStatus(HttpStatus.SEE_OTHER.value());
        } else {
            response.setHeader("HX-Redirect", target);
            response.setStatus(HttpStatus.UNAUTHORIZED.value());
        }
    }

    /** There is no console. */
    private static final class Off extends OncePerRequestFilter {

        private final ProblemWriter problems;

        Off(ProblemWriter problems) {
            this.problems = problems;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws IOException {
            problems.write(response, Problem.of(ProblemCode.NOT_FOUND, "Not found"));
        }
    }
}
