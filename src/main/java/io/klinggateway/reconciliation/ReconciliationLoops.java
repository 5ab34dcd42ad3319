package io.klinggateway.reconciliation;

import io.klinggateway.background.BackgroundLoop;
import java.time.Duration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Reads what operators look at, on every replica. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ReconciliationSettings.class)
class ReconciliationLoops {

    private static final Duration INTERVAL = Duration.ofSeconds(15);

    @Bean
    BackgroundLoop reconciliationLoop(Reconciliation reconciliation) {
        return new BackgroundLoop("reconciliation", INTERVAL, reconciliation::pass);
    }

    @Bean
    BackgroundLoop openGenerationsLoop(OpenGenerations open) {
        return new BackgroundLoop("open-generations", INTERVAL, open::pass);
    }

    @Bean
    BackgroundLoop vendorBalanceLoop(VendorBalanceMonitor balance) {
        return new BackgroundLoop("vendor-balance", INTERVAL, balance::pass);
    }

    @Bean
    BackgroundLoop vendorPriceLoop(VendorPriceCheck price) {
        return new BackgroundLoop("vendor-price", INTERVAL, price::pass);
    }
}
