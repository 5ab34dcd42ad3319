package io.klinggateway.recovery;

import io.klinggateway.background.BackgroundLoop;
import java.time.Duration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Runs on every replica, whether its settings name a recovery or another's do; a lease decides which of them works. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(RecoverySettings.class)
class RecoveryLoops {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    @Bean
    BackgroundLoop recoveryLoop(RecoveryGate gate) {
        return new BackgroundLoop("recovery", INTERVAL, gate::pass);
    }
}
