package io.klinggateway.admin;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemWriter;
import io.klinggateway.signin.BearerTokens;
import io.klinggateway.signin.Role;
import io.klinggateway.signin.SignInIsOn;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import java.util.List;
import org.springdoc.core.filters.OpenApiMethodFilter;
import org.springdoc.core.models.GroupedOpenApi;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;

/**
 * Everything under {@code /admin}, and its description, needs an operator's token, or one of the identity provider's: who has
 * the role of a viewer reads, and only an operator changes anything. A tenant's key opens nothing there, nor a token elsewhere.
 */
@Configuration(proxyBeanMethods = false)
class OperatorSecurity {

    private static final String API = "/admin/**";
    private static final String[] API_AND_ITS_DESCRIPTION = {
        API, "/v3/api-docs/operators", "/v3/api-docs.yaml/operators"
    };

    @Bean
    @Order(0)
    SecurityFilterChain operatorApi(
            HttpSecurity http,
            OperatorSettings settings,
            OperatorTokens tokens,
            BruteForceThrottle throttle,
            ObjectProvider<BearerTokens> people,
            ProblemWriter problems) {
        return http.securityMatcher(settings.publicApiDocs() ? new String[] {API} : API_AND_ITS_DESCRIPTION)
                .csrf(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .addFilterBefore(
                        new OperatorFilter(tokens, throttle, people.getIfAvailable(), problems),
                        AnonymousAuthenticationFilter.class)
                .exceptionHandling(refusals -> refusals.accessDeniedHandler((_, response, _) -> problems.write(
                        response,
                        Problem.of(ProblemCode.NOT_PERMITTED, "This needs the role operator; viewers only read"))))
                .authorizeHttpRequests(requests -> requests.requestMatchers("/admin/v1/tenants/*/export")
                        .hasAuthority(Role.OPERATOR.name()) // it has the prompts, which are not for all who look
                        .requestMatchers(HttpMethod.GET)
                        .hasAnyAuthority(Role.OPERATOR.name(), Role.VIEWER.name())
                        .requestMatchers(HttpMethod.HEAD)
                        .hasAnyAuthority(Role.OPERATOR.name(), Role.VIEWER.name())
                        .anyRequest()
                        .hasAuthority(Role.OPERATOR.name()))
                .build();
    }

    @Bean
    GroupedOpenApi teamsDocumentation() {
        return GroupedOpenApi.builder().group("teams").pathsToMatch("/v2/**").build();
    }

    /** Of the description without a group: the tenants'. */
    @Bean
    OpenApiMethodFilter tenantsOnly() {
        return method -> !method.getDeclaringClass().getPackageName().equals(OperatorSecurity.class.getPackageName());
    }

    @Bean
    @Conditional(OperatorsAreOn.class)
    GroupedOpenApi operatorsDocumentation() {
        return GroupedOpenApi.builder()
                .group("operators")
                .pathsToMatch("/admin/**")
                .addOpenApiCustomizer(api -> api.info(
                                new Info().title("Kling Gateway, for operators").version("v1"))
                        .security(List.of(new SecurityRequirement().addList("Bearer"))))
                .build();
    }

    static final class OperatorsAreOn implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return OperatorSettings.areOn(context.getEnvironment()) || SignInIsOn.in(context.getEnvironment());
        }
    }
}
