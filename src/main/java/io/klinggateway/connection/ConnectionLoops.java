package io.klinggateway.connection;

import io.klinggateway.background.BackgroundLoop;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ConnectionLoops {

    private static final Duration INTERVAL = Duration.ofMillis(500);

    @Bean
    BackgroundLoop connectionsLoop(Connections connections) {
        return new BackgroundLoop("connections", INTERVAL, connections::makeRoom);
    }
}
