package io.klinggateway.signin;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemMapping;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The one place that makes the parts of single sign-on: where it is off, none is there. */
@Configuration(proxyBeanMethods = false)
@Conditional(SignInIsOn.class)
@EnableConfigurationProperties(SignInSettings.class)
class SignInConfiguration {

    private static final Logger log = LoggerFactory.getLogger(SignInConfiguration.class);
    private static final Duration RETRY = Duration.ofSeconds(5);

    @Bean
    RoleMapping roleMapping(SignInSettings settings) {
        return new RoleMapping(settings);
    }

    @Bean
    People people(SignInSettings settings, RoleMapping roles) {
        return new People(settings, roles);
    }

    @Bean
    IdentityProvider identityProvider(SignInSettings settings, RoleMapping roles, SslBundles bundles, Clock clock) {
        return new IdentityProvider(settings, roles, new ProviderHttp(settings, bundles), clock);
    }

    @Bean
    PersonSessions personSessions(JdbcClient jdbc) {
        return new PersonSessions(jdbc);
    }

    @Bean
    SingleSignOn singleSignOn(
            SignInSettings settings, IdentityProvider provider, People people, PersonSessions sessions, Clock clock) {
        return new SingleSignOn(
                settings, provider, people, sessions, new TokenEncryption(settings.clientSecret()), clock);
    }

    @Bean
    BearerTokens bearerTokens(IdentityProvider provider, People people) {
        return new BearerTokens(provider, people);
    }

    @Bean
    ProblemMapping signInProblems() {
        return failure -> {
            if (failure instanceof ProviderAway away) {
                log.warn("{}", away.getMessage());
                return Problem.of(
                                ProblemCode.OVERLOADED,
                                "The gateway cannot reach the identity provider now; try again, or use a key or a token")
                        .toResponse(RETRY);
            }
            return null;
        };
    }
}
