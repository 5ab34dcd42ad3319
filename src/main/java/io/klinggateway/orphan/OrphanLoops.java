package io.klinggateway.orphan;

import io.klinggateway.background.BackgroundLoop;
import java.time.Duration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Runs on every replica; a lease decides which of them reads the vendor's list. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(OrphanSettings.class)
class OrphanLoops {

    private static final Duration INTERVAL = Duration.ofSeconds(15);

    @Bean
    BackgroundLoop orphanCheckLoop(OrphanCheck check) {
        return new BackgroundLoop("orphan-check", INTERVAL, check::pass);
    }
}
