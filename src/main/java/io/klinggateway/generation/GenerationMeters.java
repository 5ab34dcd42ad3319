package io.klinggateway.generation;

import io.klinggateway.credits.Credits;
import io.klinggateway.generation.GenerationScope.Origin;
import io.klinggateway.tenant.KeyOwners.KeyOwner;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.springframework.stereotype.Component;

/**
 * Counts what this replica did, and what an operator must hear of. What a crash leaves uncounted here is in the totals
 * that are read from the books.
 */
@Component
class GenerationMeters {

    private static final Duration[] ACCEPTANCE_BUCKETS = {
        Duration.ofMillis(50),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofMinutes(2),
        Duration.ofMinutes(10),
        Duration.ofMinutes(30),
        Duration.ofHours(1)
    };

    private final MeterRegistry registry;
    private final Counter orphans;
    private final Counter loss;
    private final Counter reviews;
    private final Timer acceptance;

    GenerationMeters(MeterRegistry registry) {
        this.registry = registry;
        orphans = Counter.builder("kling.gateway.orphan.jobs")
                .description("Vendor jobs of generations that had already ended; charged to no tenant")
                .register(registry);
        loss = Counter.builder("kling.gateway.loss.credits")
                .description("What the vendor charged beyond the hold; paid by no tenant")
                .baseUnit("credits")
                .register(registry);
        acceptance = Timer.builder("kling.gateway.queue.acceptance")
                .description("From the admission of a generation to the vendor's acceptance of its job")
                .serviceLevelObjectives(ACCEPTANCE_BUCKETS)
                .register(registry);
        reviews = Counter.builder("kling.gateway.reviews")
                .description("Generations that only an operator can resolve")
                .register(registry);
    }

    /** @param seconds from admission to the vendor's acceptance */
    void accepted(double seconds) {
        acceptance.record(Duration.ofMillis(Math.round(seconds * 1000)));
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

    void held(KeyOwner owner, Credits credits) {
        credits(owner, "held", credits);
    }

    /**
     * Counts an end, once it is committed.
     *
     * @param outcome completed, failed or cancelled, as the job ended; refused if the vendor refused it
     */
    void ended(Origin origin, String outcome, Credits captured) {
        KeyOwner owner = origin.owner();
        Counter.builder("kling.gateway.generations")
                .description("Generations that ended, by how")
                .tag("tenant", owner.tenant())
                .tag("outcome", outcome)
                .register(registry)
                .increment();
        credits(owner, "captured", captured);
        credits(owner, "released", origin.quoted().beyond(captured));
        if (outcome.equals("completed")) {
            Counter.builder("kling.gateway.images")
                    .description("Images of completed generations")
                    .tag("tenant", owner.tenant())
                    .tag("model_name", origin.modelName())
                    .register(registry)
                    .increment(origin.images());
        }
    }

    private void credits(KeyOwner owner, String outcome, Credits credits) {
        Counter.builder("kling.gateway.credits")
                .description("Credits that this replica held, captured and released")
                .tag("tenant", owner.tenant())
                .tag("key", owner.key())
                .tag("outcome", outcome)
                .register(registry)
                .increment((double) credits.amount());
    }
}
