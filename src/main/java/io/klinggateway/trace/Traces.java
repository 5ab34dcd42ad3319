package io.klinggateway.trace;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Observes steps, and ties those that come later to the trace that they belong to. */
@Component
public class Traces {

    private static final String TRACEPARENT = "traceparent";

    private final ObservationRegistry observations;
    private final Tracer tracer;
    private final Propagator propagator;

    Traces(ObservationRegistry observations, Tracer tracer, Propagator propagator) {
        this.observations = observations;
        this.tracer = tracer;
        this.propagator = propagator;
    }

    /** Where this thread stands in its trace (W3C traceparent); null if it is in none. */
    public @Nullable String current() {
        TraceContext context = tracer.currentTraceContext().context();
        if (context == null) {
            return null;
        }
        Map<String, String> carrier = new HashMap<>();
        propagator.inject(context, carrier, (_, name, value) -> carrier.put(name, value));
        return carrier.get(TRACEPARENT);
    }

    /** A step of what this thread does. */
    public <T> T step(String name, Supplier<T> work) {
        return Observation.createNotStarted(name, observations).observe(work);
    }

    /**
     * A step that continues what was left at some point.
     *
     * @param traceparent as {@link #current} told it there; null begins a trace
     * @param generation its id, only for the span
     */
    public <T> T later(String name, @Nullable String traceparent, String generation, Supplier<T> work) {
        return Observation.createNotStarted(name, () -> continued(traceparent), observations)
                .highCardinalityKeyValue("generation", generation)
                .observe(work);
    }

    private static ReceiverContext<Map<String, String>> continued(@Nullable String traceparent) {
        ReceiverContext<Map<String, String>> context = new ReceiverContext<>(Map::get, Kind.CONSUMER);
        context.setCarrier(traceparent == null ? Map.of() : Map.of(TRACEPARENT, traceparent));
        return context;
    }
}
