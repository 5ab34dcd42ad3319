package io.klinggateway.picturestore;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;

/** Pictures need no key: whoever has a signed URL may see its picture. Before the chain of what else lies under {@code /v2}. */
@Configuration(proxyBeanMethods = false)
@Conditional(StoreConfigured.class)
class PictureSecurity {

    /** A picture is never a page, even if its bytes should look like one. */
    private static final String CONTENT_POLICY = "default-src 'none'; sandbox";

    @Bean
    @Order(0)
    SecurityFilterChain signedPictures(HttpSecurity http) {
        return http.securityMatcher(PictureLinks.PATH + "**")
                .csrf(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT_POLICY)))
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }
}
