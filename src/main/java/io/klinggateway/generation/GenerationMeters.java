package io.klinggateway.generation;

import io.klinggateway.credits.Credits;
import io.klinggateway.generation.GenerationScope.Origin;
import io.klinggateway.tenant.KeyOwners.KeyOwner;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
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

    private static final Duration[] DURATION_BUCKETS = {
        Duration.ofSeconds(15),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(2),
        Duration.ofMinutes(5),
        Duration.ofMinutes(10),
        Duration.ofMinutes(30),
        Duration.ofHours(1),
        Duration.ofHours(2)
    };

    private final MeterRegistry registry;
    private final Counter loss;
    private final Counter reviews;
    private final Timer acceptance;
    private final Timer completed;
    private final Timer failed;
    private final Map<GenerationOutcome, Counter> failures = new EnumMap<>(GenerationOutcome.class);

    GenerationMeters(MeterRegistry registry) {
        this.registry = registry;
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
        completed = duration(registry, "completed");
        failed = duration(registry, "failed");
        for (GenerationOutcome ending : GenerationOutcome.values()) {
            if (ending.isFailure()) {
                failures.put(
                        ending,
                        Counter.builder("kling.gateway.failures")
                                .description("Generations that ended without images after a 202, by why")
                                .tag("cause", ending.cause())
                                .register(registry));
            }
        }
    }

    /** Both are there from the start: a share of failures needs a first failure to be seen as an increase from 0. */
    private static Timer duration(MeterRegistry registry, String outcome) {
        return Timer.builder("kling.gateway.generation.duration")
                .description("From the admission of a generation to its end, of those whose callers had a 202")
                .tag("outcome", outcome)
                .serviceLevelObjectives(DURATION_BUCKETS)
                .register(registry);
    }

    /** @param seconds from admission to the vendor's acceptance */
    void accepted(double seconds) {
        acceptance.record(Duration.ofMillis(Math.round(seconds * 1000)));
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
     * @param lasted from its admission; null if no caller had a 202 of it
     */
    void ended(Origin origin, GenerationOutcome ending, Credits captured, @Nullable Duration lasted) {
        KeyOwner owner = origin.owner();
        Counter.builder("kling.gateway.generations")
                .description("Generations that ended, by how")
                .tag("tenant", owner.tenant())
                .tag("outcome", ending.outcome())
                .register(registry)
                .increment();
        credits(owner, "captured", captured);
        credits(owner, "released", origin.quoted().beyond(captured));
        if (ending == GenerationOutcome.COMPLETED) {
            Counter.builder("kling.gateway.images")
                    .description("Images of completed generations")
                    .tag("tenant", owner.tenant())
                    .tag("model_name", origin.modelName())
                    .register(registry)
                    .increment(origin.images());
        }
        if (lasted != null) {
            measured(ending, lasted);
        }
    }

    private void measured(GenerationOutcome ending, Duration lasted) {
        if (ending == GenerationOutcome.COMPLETED) {
            completed.record(lasted);
        } else if (ending.isFailure()) {
            failed.record(lasted);
            Objects.requireNonNull(failures.get(ending)).increment();
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
