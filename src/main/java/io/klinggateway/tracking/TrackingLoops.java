package io.klinggateway.tracking;

import io.klinggateway.background.BackgroundLoop;
import java.time.Duration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Runs on every replica; leases decide which of them works. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(TrackingSettings.class)
class TrackingLoops {

    private static final Duration MOST_BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final Duration EXPIRY_INTERVAL = Duration.ofMinutes(1);

    @Bean
    BackgroundLoop sweepLoop(JobSweep sweep, TrackingSettings settings) {
        Duration look = settings.interval().dividedBy(2);
        return new BackgroundLoop(
                "sweep", look.compareTo(MOST_BETWEEN_LOOKS) < 0 ? look : MOST_BETWEEN_LOOKS, sweep::pass);
    }

    @Bean
    BackgroundLoop stragglersLoop(UnlistedJobReader stragglers) {
        return new BackgroundLoop("stragglers", MOST_BETWEEN_LOOKS, stragglers::pass);
    }

    @Bean
    BackgroundLoop expiryLoop(ImageExpiryCheck expiry) {
        return new BackgroundLoop("expiry", EXPIRY_INTERVAL, expiry::pass);
    }
}
