package io.klinggateway.ledger;

import io.klinggateway.background.BackgroundLoop;
import io.klinggateway.support.Columns;
import java.sql.Date;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Counts the requests that each window refuses, and adds them to its books every second: a refusal itself writes nothing,
 * so that a flood of them costs nobody else anything. What a killed replica had counted in its last second is lost.
 */
@Component
public class RefusalCounts implements SmartLifecycle {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final String ADD = "select ledger_count_refusals(:windows, :starts, :requests)";

    private final JdbcClient jdbc;
    private final Map<RefusingPeriod, LongAdder> counted = new ConcurrentHashMap<>();
    private final BackgroundLoop loop = new BackgroundLoop("refusal-counts", INTERVAL, () -> {
        write();
        return false;
    });

    RefusalCounts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record RefusingPeriod(UUID window, LocalDate periodStart) {}

    /** One more request that this period of the window refused. */
    public void add(UUID window, LocalDate periodStart) {
        counted.computeIfAbsent(new RefusingPeriod(window, periodStart), _ -> new LongAdder())
                .increment();
    }

    private synchronized void write() {
        Map<RefusingPeriod, Long> taken = new ConcurrentHashMap<>();
        for (RefusingPeriod refused : Set.copyOf(counted.keySet())) {
            counted.computeIfPresent(refused, (_, requests) -> {
                taken.put(refused, requests.sum());
                return null;
            });
        }
        if (taken.isEmpty()) {
            return;
        }
        jdbc.sql(ADD)
                .param("windows", Columns.of(taken.keySet(), UUID[]::new, RefusingPeriod::window))
                .param(
                        "starts",
                        Columns.of(taken.keySet(), Date[]::new, refused -> Date.valueOf(refused.periodStart())))
                .param("requests", Columns.of(taken.keySet(), Long[]::new, taken::get))
                .query((_, _) -> true)
                .single();
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public void stop() {
        loop.stop();
        write();
    }

    @Override
    public boolean isRunning() {
        return loop.isRunning();
    }
}
