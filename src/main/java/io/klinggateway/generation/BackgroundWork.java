package io.klinggateway.generation;

import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What every replica does beside serving requests. Several side by side share the work by the rows' leases. */
@Configuration(proxyBeanMethods = false)
class BackgroundWork {

    private static final Duration RESUBMISSION_INTERVAL = Duration.ofSeconds(1);
    private static final Duration RECONCILIATION_READ_INTERVAL = Duration.ofSeconds(15);
    private static final Duration METERS_INTERVAL = Duration.ofSeconds(15);
    private static final Duration KEPT_INTERVAL = Duration.ofMinutes(1);

    @Bean
    BackgroundLoop resubmissionLoop(Resubmission resubmission) {
        return new BackgroundLoop("resubmission", RESUBMISSION_INTERVAL, resubmission::pass);
    }

    @Bean
    BackgroundLoop trackingLoop(Tracking tracking, GenerationSettings settings) {
        return new BackgroundLoop("tracking", settings.trackingInterval(), tracking::pass);
    }

    @Bean
    BackgroundLoop reconciliationLoop(Reconciliation reconciliation) {
        return new BackgroundLoop("reconciliation", RECONCILIATION_READ_INTERVAL, reconciliation::pass);
    }

    @Bean
    BackgroundLoop retentionLoop(Retention retention) {
        return new BackgroundLoop("retention", KEPT_INTERVAL, retention::pass);
    }

    @Bean
    BackgroundLoop deliveryRetentionLoop(DeliveryRetention retention) {
        return new BackgroundLoop("delivery-retention", KEPT_INTERVAL, retention::pass);
    }

    @Bean
    BackgroundLoop openGenerationsLoop(OpenGenerations open) {
        return new BackgroundLoop("open-generations", METERS_INTERVAL, open::pass);
    }

    @Bean
    BackgroundLoop vendorBalanceLoop(VendorBalance balance) {
        return new BackgroundLoop("vendor-balance", METERS_INTERVAL, balance::pass);
    }

    @Bean
    BackgroundLoop expiryLoop(Tracking tracking) {
        return new BackgroundLoop("expiry", KEPT_INTERVAL, tracking::passKept);
    }

    @Bean
    BackgroundLoop followingLoop(Following following) {
        return new BackgroundLoop("following", Following.INTERVAL, following::pass);
    }
}
