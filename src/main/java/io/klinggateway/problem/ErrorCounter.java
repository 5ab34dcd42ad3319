package io.klinggateway.problem;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Objects;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/** Counts the error answers of this replica, by the tenant that got them, and has each logged. */
@Component
class ErrorCounter {

    /** What an authenticated request's thread carries; only registered tenants' names ever stand there. */
    static final String TENANT = "tenant";

    private final MeterRegistry registry;
    private final ErrorLog log;

    ErrorCounter(MeterRegistry registry, ErrorLog log) {
        this.registry = registry;
        this.log = log;
    }

    void count(Problem problem) {
        String tenant = tenant();
        log.write(problem, tenant);
        Counter.builder("kling.gateway.error.responses")
                .description("Error answers, by code; callers without a valid key are unknown")
                .tag("tenant", tenant)
                .tag("code", problem.code().wire())
                .register(registry)
                .increment();
    }

    /** An answer that its caller did not wait for is no error answer: it is logged alone. */
    void hungUp() {
        log.writeHangUp(tenant());
    }

    private static String tenant() {
        return Objects.requireNonNullElse(MDC.get(TENANT), "unknown");
    }
}
