package io.klinggateway.webhook;

import io.klinggateway.webhook.DeliveryRepository.FailingCount;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Counts attempts, and shows how many deliveries are in trouble. */
@Component
class WebhookMeters {

    private static final Duration FRESH = Duration.ofSeconds(10);
    private static final FailingCount UNKNOWN = new FailingCount(0, 0, 0);

    private final DeliveryRepository deliveries;
    private final Map<DeliveryStatus, Counter> attempts = new EnumMap<>(DeliveryStatus.class);
    private FailingCount failing = UNKNOWN;
    private long readAtNanos = System.nanoTime() - FRESH.toNanos();

    WebhookMeters(DeliveryRepository deliveries, MeterRegistry registry) {
        this.deliveries = deliveries;
        Map<DeliveryStatus, String> outcomes = Map.of(
                DeliveryStatus.DELIVERED,
                "delivered",
                DeliveryStatus.PENDING,
                "retry",
                DeliveryStatus.FAILED,
                "given_up");
        outcomes.forEach((status, outcome) -> attempts.put(
                status,
                Counter.builder("kling.gateway.webhook.attempts")
                        .description("Attempts to tell a tenant of its job's end, by what came of them")
                        .tag("outcome", outcome)
                        .register(registry)));
        Gauge.builder("kling.gateway.webhook.failing", () -> failing().retrying())
                .description("Deliveries of the last three days that failed so far")
                .tag("state", "retrying")
                .register(registry);
        Gauge.builder("kling.gateway.webhook.failing", () -> failing().failed())
                .description("Deliveries of the last three days that failed so far")
                .tag("state", "given_up")
                .register(registry);
        Gauge.builder("kling.gateway.webhook.failing.age", () -> failing().oldestSeconds())
                .description("How long the oldest delivery that is tried again has been owed; 0 if there is none")
                .baseUnit("seconds")
                .register(registry);
    }

    void attempted(DeliveryStatus status) {
        Objects.requireNonNull(attempts.get(status)).increment();
    }

    /** Read from the database at most every ten seconds. */
    private synchronized FailingCount failing() {
        if (System.nanoTime() - readAtNanos > FRESH.toNanos()) {
            readAtNanos = System.nanoTime();
            try {
                failing = deliveries.countFailing();
            } catch (DataAccessException away) {
                return failing;
            }
        }
        return failing;
    }
}
