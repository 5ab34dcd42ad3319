package io.klinggateway.reconciliation;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Shows how much is under way, on all replicas together, and whether any of it is stuck. */
@Component
class OpenGenerations {

    private static final List<String> STATES = List.of("WAITING", "SENDING", "QUEUED", "PROCESSING", "IN_REVIEW");

    /**
     * Those in doubt are those of which an attempt has ended without a certain answer. What a job has waited in the
     * queue is no part of its age: an old job is one that does not end.
     */
    private static final String COUNT = """
            select state, count(*) as generations, sum(quoted_credits) as held,
                   extract(epoch from gateway_now() - min(coalesce(accepted_at, created_at))) as age_seconds,
                   count(*) filter (where state = 'SENDING' and in_doubt) as unresolved
              from generation where captured_credits is null
             group by state
            """;

    private static final String HELD =
            "select coalesce(sum(quoted_credits), 0) from generation where captured_credits is null";

    private final JdbcClient jdbc;
    private volatile @Nullable Map<String, Count> counts;

    OpenGenerations(JdbcClient jdbc, MeterRegistry registry) {
        this.jdbc = jdbc;
        for (String state : STATES) {
            Gauge.builder("kling.gateway.generations.open", () -> of(state, Count::generations))
                    .description("Generations that have not ended, by state; the same on every replica")
                    .tag("state", state.toLowerCase(Locale.ROOT))
                    .register(registry);
            Gauge.builder("kling.gateway.generations.open.age", () -> of(state, Count::ageSeconds))
                    .description(
                            "Age of the oldest in that state, since the vendor has its job, else since admission; 0 if none")
                    .baseUnit("seconds")
                    .tag("state", state.toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        Gauge.builder("kling.gateway.generations.unresolved", () -> of("SENDING", Count::unresolved))
                .description("Submissions that may or may not have reached the vendor; they are sent again")
                .register(registry);
        Gauge.builder("kling.gateway.open.hold", this, OpenGenerations::held)
                .description("Held for generations that have not ended, whatever their period")
                .baseUnit("credits")
                .register(registry);
    }

    private record Count(double generations, double held, double ageSeconds, double unresolved) {

        private static final Count NONE = new Count(0, 0, 0, 0);
    }

    boolean pass() {
        counts = jdbc.sql(COUNT).query((row, _) -> Map.entry(row.getString("state"), count(row))).list().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        return false;
    }

    /** What all tenants together have set aside at this moment, in credits. */
    long heldNow() {
        return jdbc.sql(HELD).query(Long.class).single();
    }

    List<OpenCount> counted() {
        Map<String, Count> known = counts;
        return known == null
                ? List.of()
                : STATES.stream()
                        .map(state -> open(state, known.getOrDefault(state, Count.NONE)))
                        .toList();
    }

    private static OpenCount open(String state, Count count) {
        return new OpenCount(
                state, (long) count.generations(), (long) count.held(), Duration.ofSeconds((long) count.ageSeconds()));
    }

    private static Count count(ResultSet row) throws SQLException {
        return new Count(
                row.getDouble("generations"),
                row.getDouble("held"),
                row.getDouble("age_seconds"),
                row.getDouble("unresolved"));
    }

    private double of(String state, ToDoubleFunction<Count> value) {
        Map<String, Count> known = counts;
        return known == null ? Double.NaN : value.applyAsDouble(known.getOrDefault(state, Count.NONE));
    }

    private double held() {
        Map<String, Count> known = counts;
        return known == null
                ? Double.NaN
                : known.values().stream().mapToDouble(Count::held).sum();
    }
}
