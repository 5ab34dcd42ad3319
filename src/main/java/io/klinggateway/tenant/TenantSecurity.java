package io.klinggateway.tenant;

import io.klinggateway.problem.DatabaseAwayLog;
import io.klinggateway.problem.ProblemWriter;
import jakarta.servlet.DispatcherType;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.filter.CorsFilter;

/** Everything under {@code /v2} but the catalogue needs a tenant's key; what lies outside holds no tenant's data. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(CorsSettings.class)
class TenantSecurity {

    @Bean
    @Order(1)
    SecurityFilterChain tenantApi(
            HttpSecurity http, ApiKeyAuthenticator keys, ProblemWriter problems, DatabaseAwayLog databaseAway) {
        return stateless(http.securityMatcher("/v2/**"))
                .addFilterBefore(new ApiKeyFilter(keys, problems, databaseAway), AnonymousAuthenticationFilter.class)
                .authorizeHttpRequests(requests -> requests
                        // The second half of a request that was let in; its key was checked at the first.
                        .dispatcherTypeMatchers(DispatcherType.ASYNC)
                        .permitAll()
                        .requestMatchers(ApiKeyFilter.CATALOGUE)
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .build();
    }

    /** Before the keys, because browsers ask without one, and before any filter that refuses: pages may read why. */
    @Bean
    FilterRegistrationBean<CorsFilter> pages(CorsSettings settings) {
        CorsConfiguration rules = settings.rules();
        CorsFilter filter = new CorsFilter(_ -> rules);
        filter.setCorsProcessor(new CorsHeaders());
        FilterRegistrationBean<CorsFilter> registration = new FilterRegistrationBean<>(filter);
        registration.setEnabled(settings.areOn());
        registration.addUrlPatterns("/v2/*");
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }

    @Bean
    @Order(2)
    SecurityFilterChain openPages(HttpSecurity http) {
        return stateless(http)
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }

    /** Its filters are of no interest in traces; each would be wrapped, and wrapped again. */
    @Bean
    SecurityObservationSettings securityObservations() {
        return SecurityObservationSettings.noObservations();
    }

    /** Keys come with every request: there is no session to keep, nothing to log out of, no cookie to forge. */
    private static HttpSecurity stateless(HttpSecurity http) {
        return http.csrf(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS));
    }
}
