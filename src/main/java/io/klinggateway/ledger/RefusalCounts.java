package io.klinggateway.ledger;

import io.klinggateway.background.BackgroundLoop;
import io.klinggateway.support.Columns;
import java.sql.Date;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
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
    private final Map<RefusingPeriod, Long> counted = new ConcurrentHashMap<>();
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
        counted.merge(new RefusingPeriod(window, periodStart), 1L, Long::sum);
    }

    private synchronized void write() {
        Map<RefusingPeriod, Long> batch = new HashMap<>();
        for (RefusingPeriod period : Set.copyOf(counted.keySet())) {
            Long requests = counted.remove(period);
            if (requests != null) {
                batch.put(period, requests);
            }
        }
        if (batch.isEmpty()) {
            return;
        }
        try {
            add(batch);
        } catch (RuntimeException away) {
            batch.forEach((period, requests) -> counted.merge(period, requests, Long::sum));
            throw away;
        }
    }

    private void add(Map<RefusingPeriod, Long> refused) {
        jdbc.sql(ADD)
                .param("windows", Columns.of(refused.keySet(), UUID[]::new, RefusingPeriod::window))
                .param(
                        "starts",
                        Columns.of(refused.keySet(), Date[]::new, period -> Date.valueOf(period.periodStart())))
                .param("requests", Columns.of(refused.keySet(), Long[]::new, refused::get))
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
