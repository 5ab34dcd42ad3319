package io.klinggateway.generation;

import io.klinggateway.apiframe.Deadline;
import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.support.Columns;
import io.klinggateway.tenant.KeyOwners;
import io.klinggateway.tenant.KeyOwners.KeyOwner;
import io.klinggateway.trace.Traces;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
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
class GenerationScope {

    private static final String ORIGINS = """
            select id, key_id, model_name, images, quoted_credits, traceparent from generation where id = any (:ids)
            """;

    private static final int MOST_IN_BATCH = 100;

    private final JdbcClient jdbc;
    private final KeyOwners owners;
    private final Traces traces;
    private final Batches<GenerationId, Origin> origins = new Batches<>(1, MOST_IN_BATCH, this::origins);

    GenerationScope(JdbcClient jdbc, KeyOwners owners, Traces traces) {
        this.jdbc = jdbc;
        this.owners = owners;
        this.traces = traces;
    }

    /** Where a generation came from. */
    record Origin(
            KeyOwner owner,
            String modelName,
            int images,
            Credits quoted,
            @Nullable String traceparent) {}

    /** Names the generation in the log lines of this thread's request. */
    <T> T named(GenerationId id, Supplier<T> work) {
        try (MDC.MDCCloseable _ = MDC.putCloseable("generation", id.toString())) {
            return work.get();
        }
    }

    /** A step of the request that this thread serves. */
    <T> T step(String name, Supplier<T> work) {
        return traces.step(name, work);
    }

    /** A step that comes later, on a thread that may serve no request or another replica's. */
    <T> T later(String name, GenerationId id, Function<Origin, T> work) {
        return later(name, id, origins.run(id, id), work);
    }

    /** As {@link #later(String, GenerationId, Function)}, where a connection that is lost while it reads is no reason to give up. */
    <T> T later(String name, GenerationId id, Deadline deadline, Function<Origin, T> work) {
        return later(name, id, CertainDatabase.run(deadline, origins, id, id), work);
    }

    private <T> T later(String name, GenerationId id, Origin origin, Function<Origin, T> work) {
        Map<String, String> outer = new HashMap<>();
        enter(outer, "generation", id.toString());
        enter(outer, "tenant", origin.owner().tenant());
        try {
            return traces.later(name, origin.traceparent(), id.toString(), () -> work.apply(origin));
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
        return origins.runAlone(id);
    }

    private List<Origin> origins(List<GenerationId> ids) {
        Map<GenerationId, Origin> found = new HashMap<>();
        jdbc.sql(ORIGINS)
                .param("ids", Columns.of(ids, UUID[]::new, GenerationId::value))
                .query(row -> {
                    found.put(
                            new GenerationId(row.getObject("id", UUID.class)),
                            new Origin(
                                    owners.of(new KeyId(row.getObject("key_id", UUID.class))),
                                    row.getString("model_name"),
                                    row.getInt("images"),
                                    new Credits(row.getLong("quoted_credits")),
                                    row.getString("traceparent")));
                });
        return ids.stream()
                .map(id -> Objects.requireNonNull(found.get(id), id::toString))
                .toList();
    }
}
