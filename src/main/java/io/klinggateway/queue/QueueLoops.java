package io.klinggateway.queue;

import io.klinggateway.background.BackgroundLoop;
import io.klinggateway.generation.Settlement;
import java.time.Duration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beside the dispatcher: counts what waits, and ends what has waited for too long. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(QueueSettings.class)
class QueueLoops {

    private static final Duration LONG_WAITING_INTERVAL = Duration.ofSeconds(5);

    @Bean
    BackgroundLoop queueForecastLoop(QueueForecast forecast, QueueMeters meters) {
        return new BackgroundLoop("queue-forecast", QueueForecast.INTERVAL, () -> {
            forecast.pass();
            meters.publish();
            return false;
        });
    }

    @Bean
    BackgroundLoop longWaitingLoop(Settlement settlement, QueueSettings settings) {
        return new BackgroundLoop(
                "long-waiting", LONG_WAITING_INTERVAL, () -> settlement.failLongWaiting(settings.longestWait()));
    }
}
