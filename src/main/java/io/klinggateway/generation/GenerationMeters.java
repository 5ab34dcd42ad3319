package io.klinggateway.generation;

import io.klinggateway.credits.Credits;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

/** Counts what an operator must hear of. */
@Component
class GenerationMeters {

    private final Counter orphans;
    private final Counter loss;
    private final Counter reviews;

    GenerationMeters(MeterRegistry registry) {
        orphans = Counter.builder("kling.gateway.orphan.jobs")
                .description("Vendor jobs of generations that had already ended; charged to no tenant")
                .register(registry);
        loss = Counter.builder("kling.gateway.loss.credits")
                .description("What the vendor charged beyond the hold; paid by no tenant")
                .baseUnit("credits")
                .register(registry);
        reviews = Counter.builder("kling.gateway.reviews")
                .description("Generations that only an operator can resolve")
                .register(registry);
    }

    void orphan() {
        orphans.increment();
    }

    void loss(Credits credits) {
        loss.increment((double) credits.amount());
    }

    void review() {
        reviews.increment();
    }
}
