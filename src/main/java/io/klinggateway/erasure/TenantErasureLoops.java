package io.klinggateway.erasure;

import io.klinggateway.background.BackgroundLoop;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Erases on every replica what was ordered; of one order one replica at a time takes a step. */
@Configuration(proxyBeanMethods = false)
class TenantErasureLoops {

    private static final Duration INTERVAL = Duration.ofSeconds(10);

    @Bean
    BackgroundLoop tenantErasureLoop(TenantErasures erasures) {
        return new BackgroundLoop("tenant-erasure", INTERVAL, erasures::pass);
    }
}
