package io.klinggateway.generation;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.tenant.KeyOwners;
import io.klinggateway.tenant.KeyOwners.KeyOwner;
import io.klinggateway.trace.Traces;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What surrounds the work on one generation, on whatever thread and replica: its log lines name it and its tenant, and its
 * spans join the trace of the call that admitted it.
 */
@Component
public class GenerationScope {

    private static final String ORIGIN =
            "select key_id, model_name, images, quoted_credits, traceparent from generation where id = :id";

    private final JdbcClient jdbc;
    private final KeyOwners owners;
    private final Traces traces;

    GenerationScope(JdbcClient jdbc, KeyOwners owners, Traces traces) {
        this.jdbc = jdbc;
        this.owners = owners;
        this.traces = traces;
    }

    /** Where a generation came from. */
    public record Origin(
            KeyOwner owner,
            String modelName,
            int images,
            Credits quoted,
            @Nullable String traceparent) {}

    /** Names the generation in the log lines of this thread's request. */
    public <T> T named(GenerationId id, Supplier<T> work) {
        try (MDC.MDCCloseable _ = MDC.putCloseable("generation", id.toString())) {
            return work.get();
        }
    }

    /** A step of the request that this thread serves. */
    public <T> T step(String name, Supplier<T> work) {
        return traces.step(name, work);
    }

    /** A step that comes later, on a thread that may serve no request or another replica's. */
    public <T> T later(String name, GenerationId id, Origin origin, Supplier<T> work) {
        Map<String, String> outer = new HashMap<>();
        enter(outer, "generation", id.toString());
        enter(outer, "tenant", origin.owner().tenant());
        try {
            return traces.later(name, origin.traceparent(), id.toString(), work);
        } finally {
            leave(outer, "generation");
            leave(outer, "tenant");
        }
    }

    private static void enter(Map<String, String> outer, String name, String value) {
        String before = MDC.get(name);
        if (before != null) {
            outer.put(name, before);
        }
        MDC.put(name, value);
    }

    private static void leave(Map<String, String> outer, String name) {
        String before = outer.get(name);
        if (before == null) {
            MDC.remove(name);
        } else {
            MDC.put(name, before);
        }
    }

    /** Where this thread stands in its trace; null if it is in none. */
    @Nullable
    String traceparent() {
        return traces.current();
    }

    /** Read in the transaction of the caller, if it is in one. */
    Origin origin(GenerationId id) {
        return jdbc.sql(ORIGIN)
                .param("id", id.value())
                .query((row, _) -> origin(
                        new KeyId(row.getObject("key_id", UUID.class)),
                        row.getString("model_name"),
                        row.getInt("images"),
                        new Credits(row.getLong("quoted_credits")),
                        row.getString("traceparent")))
                .single();
    }

    public Origin origin(KeyId key, String modelName, int images, Credits quoted, @Nullable String traceparent) {
        return new Origin(owners.of(key), modelName, images, quoted, traceparent);
    }
}
