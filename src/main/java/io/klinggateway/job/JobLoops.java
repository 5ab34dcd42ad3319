package io.klinggateway.job;

import io.klinggateway.background.BackgroundLoop;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class JobLoops {

    @Bean
    BackgroundLoop followingLoop(Following following) {
        return new BackgroundLoop("following", Following.INTERVAL, following::pass);
    }
}
