package io.klinggateway.notice;

import io.klinggateway.notice.NoticeRepository.FailingNotices;
import io.klinggateway.webhook.DeliveryStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Counts attempts to deliver notices, and shows how many deliveries are in trouble, by kind of channel. */
@Component
class NoticeMeters {

    private static final Duration FRESH = Duration.ofSeconds(10);

    private final NoticeRepository notices;
    private final Map<ChannelKind, Map<DeliveryStatus, Counter>> attempts = new EnumMap<>(ChannelKind.class);
    private Map<ChannelKind, FailingNotices> failing = Map.of();
    private long readAtNanos = System.nanoTime() - FRESH.toNanos();

    NoticeMeters(NoticeRepository notices, MeterRegistry registry) {
        this.notices = notices;
        for (ChannelKind kind : ChannelKind.values()) {
            attempts.put(
                    kind,
                    new EnumMap<>(Map.of(
                            DeliveryStatus.DELIVERED, counter(kind, "delivered", registry),
                            DeliveryStatus.PENDING, counter(kind, "retry", registry),
                            DeliveryStatus.FAILED, counter(kind, "given_up", registry))));
            Gauge.builder("kling.gateway.notice.failing", () -> failing(kind).retrying())
                    .description("Deliveries of notices of the last three days that failed so far")
                    .tag("channel", kind.label())
                    .tag("state", "retrying")
                    .register(registry);
            Gauge.builder("kling.gateway.notice.failing", () -> failing(kind).failed())
                    .description("Deliveries of notices of the last three days that failed so far")
                    .tag("channel", kind.label())
                    .tag("state", "given_up")
                    .register(registry);
        }
    }

    private static Counter counter(ChannelKind kind, String outcome, MeterRegistry registry) {
        return Counter.builder("kling.gateway.notice.attempts")
                .description("Attempts to deliver a notice, by what came of them")
                .tag("channel", kind.label())
                .tag("outcome", outcome)
                .register(registry);
    }

    void attempted(ChannelKind kind, DeliveryStatus status) {
        Objects.requireNonNull(Objects.requireNonNull(attempts.get(kind)).get(status))
                .increment();
    }

    /** Read from the database at most every ten seconds. */
    private synchronized FailingNotices failing(ChannelKind kind) {
        if (System.nanoTime() - readAtNanos > FRESH.toNanos()) {
            readAtNanos = System.nanoTime();
            try {
                failing = notices.countFailing();
            } catch (DataAccessException away) {
                return failing.getOrDefault(kind, FailingNotices.NONE);
            }
        }
        return failing.getOrDefault(kind, FailingNotices.NONE);
    }
}
