package io.klinggateway.queue;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.VendorThrottled;
import io.klinggateway.queue.QueueRepository.Grant;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * The account's rate, which all replicas take their calls to the vendor from. Nothing calls the vendor without having
 * taken a call here; what the dispatcher sends is taken together with the choice of what is sent.
 */
@Component
public class VendorRateLimiter {

    private static final Logger log = LoggerFactory.getLogger(VendorRateLimiter.class);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    private final QueueRepository queue;
    private final CallSpacing pace;
    private final Map<Purpose, Counter> calls = new EnumMap<>(Purpose.class);

    VendorRateLimiter(QueueRepository queue, Apiframe apiframe, MeterRegistry registry) {
        this.queue = queue;
        this.pace = CallSpacing.of(apiframe.callsPerMinute());
        for (Purpose purpose : Purpose.values()) {
            calls.put(
                    purpose,
                    Counter.builder("kling.gateway.rate.calls")
                            .description("Calls of the vendor account's rate that this replica took, by what for")
                            .tag("purpose", purpose.label())
                            .register(registry));
        }
        Gauge.builder("kling.gateway.rate.limit", apiframe, Apiframe::callsPerMinute)
                .description("Calls a minute that the vendor's account may make; the same on every replica")
                .register(registry);
    }

    /** What a call is for. */
    public enum Purpose {
        /** A generation is sent. */
        SEND,
        /** Open jobs are looked at: never held up by sending, and no more than a tenth while something waits to be sent. */
        TRACK,
        /** A file is uploaded: never held up by sending, and no more than a quarter while something waits to be sent. */
        UPLOAD,
        /** Rare calls that a caller waits for. */
        OTHER,
        /** What can wait until nothing else wants the rate. */
        SPARE;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Takes one call, and returns when it may be made.
     *
     * @param patience how long to wait for it at most
     * @return false if none was to be had in time; none is taken then
     */
    public boolean take(Purpose purpose, Duration patience) {
        long until = System.nanoTime() + patience.toNanos();
        Duration own = purpose == Purpose.UPLOAD ? pace.uploadInterval() : pace.trackingInterval();
        try {
            while (true) {
                Duration left = Duration.ofNanos(Math.max(0, until - System.nanoTime()));
                Grant grant = queue.take(purpose.name(), pace, own, left);
                if (!grant.granted() && grant.waitFor().compareTo(left) >= 0) {
                    return false;
                }
                Thread.sleep(grant.waitFor());
                if (grant.granted()) {
                    count(purpose, 1);
                    return true;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void count(Purpose purpose, int number) {
        Objects.requireNonNull(calls.get(purpose)).increment(number);
    }

    CallSpacing pace() {
        return pace;
    }

    /** What the vendor asks of one caller holds for all. */
    @EventListener
    void throttled(VendorThrottled throttled) {
        Duration asked = throttled.pause();
        Duration pause = asked.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : asked;
        record("the vendor's pause of " + pause, () -> queue.pause(pause));
    }

    /** The vendor refuses the account: after that time one generation is sent, to see whether it still does. */
    void accountRefused(Duration untilProbe) {
        record("that the vendor refuses the account", () -> queue.accountRefused(untilProbe));
    }

    private static void record(String what, Runnable statement) {
        try {
            statement.run();
        } catch (DataAccessException | TransactionException away) {
            log.warn("{} is not on record: {}", what, away.getMessage());
        }
    }

    void accountAccepted() {
        if (queue.acceptedAgain()) {
            log.info("the vendor accepts the account again");
        }
    }
}
