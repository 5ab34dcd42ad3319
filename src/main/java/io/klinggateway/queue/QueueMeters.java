package io.klinggateway.queue;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** Publishes the queue; the same on every replica, but for what is under way on each. */
@Component
class QueueMeters {

    private final QueueForecast forecast;
    private final MeterRegistry registry;
    private final Map<String, Long> waiting = new ConcurrentHashMap<>();

    QueueMeters(QueueForecast forecast, Dispatcher dispatcher, MeterRegistry registry) {
        this.forecast = forecast;
        this.registry = registry;
        Gauge.builder(
                        "kling.gateway.queue.oldest",
                        forecast,
                        queue -> queue.overview().oldest().toMillis() / 1000.0)
                .description("How long the first of the queue has waited; 0 if nothing waits")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder(
                        "kling.gateway.queue.paused",
                        forecast,
                        queue -> queue.overview().paused().toMillis() / 1000.0)
                .description("Until the vendor may be called again; 0 if it may be now")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder(
                        "kling.gateway.queue.account.refused",
                        forecast,
                        queue -> queue.overview().accountRefused() ? 1 : 0)
                .description("1 while the vendor refuses the gateway's account")
                .register(registry);
        Gauge.builder("kling.gateway.queue.sending", dispatcher, Dispatcher::underWay)
                .description("Attempts to send that are under way on this replica")
                .register(registry);
    }

    /** A team that has had something waiting keeps its gauge, at 0. */
    void publish() {
        Map<String, Long> counted = forecast.waitingByTeam();
        waiting.replaceAll((team, _) -> counted.getOrDefault(team, 0L));
        counted.forEach((team, number) -> {
            if (waiting.put(team, number) == null) {
                Gauge.builder("kling.gateway.queue.waiting", waiting, known -> known.getOrDefault(team, 0L))
                        .description("Generations that wait in the queue, by team")
                        .tag("tenant", team)
                        .register(registry);
            }
        });
    }
}
