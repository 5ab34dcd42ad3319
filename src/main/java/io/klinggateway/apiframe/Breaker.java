package io.klinggateway.apiframe;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.klinggateway.apiframe.Exchange.Answered;
import io.klinggateway.apiframe.Exchange.NotWritten;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Stops calling a vendor that does not answer, and lets a few calls through now and then to see whether it does again.
 * Only silence and server errors count as failures: a refusal is an answer.
 */
@Component
class Breaker {

    private static final Logger log = LoggerFactory.getLogger(Breaker.class);

    /** Short enough that no open generation waits more than 30 s for its next look after the vendor is back. */
    static final Duration OPEN_FOR = Duration.ofSeconds(5);

    private static final int CALLS_LOOKED_AT = 20;
    private static final int PROBES = 3;
    private static final int MOST_FAILING = 10_000;
    private static final Duration COUNTS_AGAIN_AFTER = Duration.ofMinutes(5);

    private final CircuitBreaker breaker;
    /** By key, from a failure that counted until a success. */
    private final Cache<String, Boolean> failing = Caffeine.newBuilder()
            .maximumSize(MOST_FAILING)
            .expireAfterWrite(COUNTS_AGAIN_AFTER)
            .build();

    private final AtomicInteger probing = new AtomicInteger();
    private volatile long openedAtNanos;

    Breaker(MeterRegistry meters) {
        breaker = CircuitBreaker.of(
                "apiframe",
                CircuitBreakerConfig.custom()
                        .slidingWindowType(SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(CALLS_LOOKED_AT)
                        .minimumNumberOfCalls(CALLS_LOOKED_AT)
                        .failureRateThreshold(80)
                        .waitDurationInOpenState(OPEN_FOR)
                        .permittedNumberOfCallsInHalfOpenState(PROBES)
                        .maxWaitDurationInHalfOpenState(Duration.ofSeconds(30))
                        .build());
        breaker.getEventPublisher().onStateTransition(change -> {
            openedAtNanos = System.nanoTime();
            log.warn("vendor circuit breaker: {}", change.getStateTransition());
        });
        Gauge.builder("kling.gateway.upstream.breaker.open", breaker, Breaker::openness)
                .description("1 while the circuit breaker keeps calls from the vendor, 0.5 while it probes, else 0")
                .register(meters);
    }

    /** How many calls it would let through now. */
    int room() {
        return switch (breaker.getState()) {
            case OPEN -> System.nanoTime() - openedAtNanos < OPEN_FOR.toNanos() ? 0 : PROBES;
            case HALF_OPEN ->
                Math.max(0, PROBES - probing.get() - breaker.getMetrics().getNumberOfBufferedCalls());
            default -> Integer.MAX_VALUE;
        };
    }

    boolean isClosed() {
        return room() == Integer.MAX_VALUE;
    }

    /** A read: whatever fails is the vendor's fault. */
    Exchange call(Supplier<Exchange> exchange) {
        return call(exchange, false);
    }

    /**
     * What is sent again and again under one key counts once in five minutes: the vendor may fail on that request and on no
     * other, and one team's requests must not keep all teams from it.
     */
    Exchange call(String idempotencyKey, Supplier<Exchange> exchange) {
        boolean failedBefore = failing.getIfPresent(idempotencyKey) != null;
        Exchange result = call(exchange, failedBefore);
        if (result instanceof Answered answer) {
            if (answer.status() < 500) {
                failing.invalidate(idempotencyKey);
            } else if (!failedBefore) {
                failing.put(idempotencyKey, true);
            }
        }
        return result;
    }

    private Exchange call(Supplier<Exchange> exchange, boolean failedBefore) {
        if (!breaker.tryAcquirePermission()) {
            return new NotWritten("circuit breaker open", true);
        }
        long started = System.nanoTime();
        boolean probes = breaker.getState() == CircuitBreaker.State.HALF_OPEN;
        Exchange result = probes ? probe(exchange) : exchange.get();
        long nanos = System.nanoTime() - started;
        switch (result) {
            case NotWritten notWritten when !notWritten.vendorAway() -> breaker.releasePermission();
            case Answered answer when answer.status() < 500 -> breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
            case Answered _ when failedBefore && !probes -> breaker.releasePermission();
            default -> breaker.onError(nanos, TimeUnit.NANOSECONDS, new IllegalStateException("no answer"));
        }
        return result;
    }

    private Exchange probe(Supplier<Exchange> exchange) {
        probing.incrementAndGet();
        try {
            return exchange.get();
        } finally {
            probing.decrementAndGet();
        }
    }

    private static double openness(CircuitBreaker breaker) {
        return switch (breaker.getState()) {
            case OPEN, FORCED_OPEN -> 1;
            case HALF_OPEN -> 0.5;
            case CLOSED, DISABLED, METRICS_ONLY -> 0;
        };
    }
}
