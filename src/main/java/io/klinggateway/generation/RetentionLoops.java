package io.klinggateway.generation;

import io.klinggateway.background.BackgroundLoop;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Erases on every replica what has been kept for long enough. */
@Configuration(proxyBeanMethods = false)
class RetentionLoops {

    private static final Duration INTERVAL = Duration.ofMinutes(1);

    @Bean
    BackgroundLoop retentionLoop(Retention retention) {
        return new BackgroundLoop("retention", INTERVAL, retention::pass);
    }

    @Bean
    BackgroundLoop deliveryRetentionLoop(DeliveryRetention retention) {
        return new BackgroundLoop("delivery-retention", INTERVAL, retention::pass);
    }
}
