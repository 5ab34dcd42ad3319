package io.klinggateway.recovery;

import io.klinggateway.generation.Refusal;
import io.klinggateway.problem.ProblemWriter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Closed to teams while a recovery is under way, on every replica: their jobs may be missing from the books, and the keys of
 * calls that they repeat. Operators are let in.
 */
@Component
class RecoveryGate extends OncePerRequestFilter implements SmartLifecycle {

    private final RecoveryRepository recoveries;
    private final Recovery recovery;
    private final RecoverySettings settings;
    private final ProblemWriter problems;
    private volatile boolean running;
    private volatile boolean closed;

    RecoveryGate(
            RecoveryRepository recoveries,
            Recovery recovery,
            RecoverySettings settings,
            ProblemWriter problems,
            MeterRegistry meters) {
        this.recoveries = recoveries;
        this.recovery = recovery;
        this.settings = settings;
        this.problems = problems;
        Gauge.builder("kling.gateway.recovery.running", () -> closed ? 1 : 0)
                .description(
                        "1 while the books are recovered after a restore, and nothing is admitted; the same on every replica")
                .register(meters);
    }

    boolean isClosed() {
        return closed;
    }

    /** Before the port opens and before any loop reads the restored books. */
    @Override
    public void start() {
        Instant since = settings.since();
        if (since != null) {
            recoveries.begin(since);
        }
        closed = recoveries.isUnderWay();
        running = true;
    }

    /** @return false: the next pass has its own time */
    boolean pass() {
        closed = recoveries.isUnderWay();
        if (closed) {
            recovery.pass();
            closed = recoveries.isUnderWay();
        }
        return false;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !closed || !request.getServletPath().startsWith("/v2/");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        problems.write(response, Refusal.recovering().toException());
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return 0;
    }
}
