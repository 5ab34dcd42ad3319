package io.klinggateway.tenant;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.web.cors.CorsConfiguration;

/**
 * Which web pages may call the tenants' API from a browser: none, unless their origins are named. A key that a browser
 * holds can be read by every user of it, so this is for internal pages.
 *
 * @param allowedOrigins such as {@code https://studio.example.com}
 */
@ConfigurationProperties("gateway.cors")
record CorsSettings(@DefaultValue List<String> allowedOrigins) {

    CorsSettings {
        if (allowedOrigins.contains("*")) {
            throw new IllegalArgumentException("gateway.cors.allowed-origins must name origins; * is not one");
        }
    }

    boolean areOn() {
        return !allowedOrigins.isEmpty();
    }

    CorsConfiguration rules() {
        CorsConfiguration rules = new CorsConfiguration();
        rules.setAllowedOrigins(allowedOrigins);
        rules.setAllowedMethods(List.of("GET", "HEAD", "POST", "DELETE"));
        rules.setAllowedHeaders(List.of(
                "X-API-Key", "Authorization", "Content-Type", "Idempotency-Key", "X-Gateway-Labels", "X-Request-Id"));
        rules.setExposedHeaders(List.of(
                "X-Request-Id",
                "Retry-After",
                "Location",
                "X-Credits-Cost",
                "X-Credits-Remaining",
                "X-Queue-Ahead",
                "X-Queue-Starts-In",
                "X-Gateway-Warnings",
                "Idempotent-Replayed",
                "RateLimit",
                "RateLimit-Policy",
                "Content-Disposition",
                "Allow"));
        rules.setAllowCredentials(false);
        rules.setMaxAge(Duration.ofHours(1));
        return rules;
    }
}
