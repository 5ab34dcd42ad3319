package io.klinggateway.generation;

import io.klinggateway.credits.Credits;
import io.klinggateway.generation.GenerationScope.Origin;
import io.klinggateway.tenant.KeyOwners.KeyOwner;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

/**
 * Counts what this replica did, and what an operator must hear of. What a crash leaves uncounted here is in the totals
 * that are read from the books.
 */
@Component
class GenerationMeters {

    private final MeterRegistry registry;
    private final Counter orphans;
    private final Counter loss;
    private final Counter reviews;

    GenerationMeters(MeterRegistry registry) {
        this.registry = registry;
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

    /** @param work what they share transactions for */
    void watch(String work, Batches<?, ?> batches) {
        Gauge.builder("kling.gateway.batch.waiting", batches, Batches::waiting)
                .description("Callers that wait for their part of a shared transaction on this replica")
                .tag("work", work)
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

    void held(KeyOwner owner, Credits credits) {
        credits(owner, "held", credits);
    }

    /**
     * Counts an end, once it is committed.
     *
     * @param outcome completed, failed or cancelled, as the job ended; refused if there is none
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
