package io.klinggateway.apiframe;

import io.klinggateway.apiframe.Exchange.Answered;
import io.klinggateway.apiframe.Exchange.Lost;
import io.klinggateway.apiframe.Exchange.NotWritten;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** Times the calls to the vendor, by what was called and what came of it. */
@Component
class VendorMeters {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10)
    };

    enum Operation {
        SUBMIT("submit"),
        READ_JOB("read_job"),
        LIST_JOBS("list_jobs"),
        READ_ACCOUNT("read_account"),
        UPLOAD("upload"),
        READ_CATALOGUE("read_catalogue"),
        OTHER("other");

        private final String label;

        Operation(String label) {
            this.label = label;
        }

        static Operation ofPath(String path) {
            if (path.startsWith("/v2/jobs/")) {
                return READ_JOB;
            }
            if (path.startsWith("/v2/jobs")) {
                return LIST_JOBS;
            }
            if (path.startsWith("/v2/models")) {
                return READ_CATALOGUE;
            }
            return path.startsWith("/v2/me") ? READ_ACCOUNT : OTHER;
        }
    }

    private final MeterRegistry registry;

    VendorMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    Exchange timed(Operation operation, Supplier<Exchange> call) {
        Timer.Sample started = Timer.start(registry);
        Exchange exchange = call.get();
        started.stop(Timer.builder("kling.gateway.upstream.requests")
                .description("Calls to the vendor")
                .tag("operation", operation.label)
                .tag("outcome", outcome(exchange))
                .serviceLevelObjectives(BUCKETS)
                .register(registry));
        return exchange;
    }

    private static String outcome(Exchange exchange) {
        return switch (exchange) {
            case NotWritten _ -> "not_sent";
            case Lost _ -> "lost";
            case Answered answer when answer.status() == 429 -> "429";
            case Answered answer -> answer.status() / 100 + "xx";
        };
    }
}
