package io.klinggateway.upload;

import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.FairSlots;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** How many files this replica passes on at a time, of each team and of all. Who finds no room waits for a moment. */
@Component
class UploadSlots {

    private static final Duration ROOM_AGAIN_IN = Duration.ofSeconds(2);

    private final FairSlots<TenantId> slots;
    private final int perTenant;

    UploadSlots(UploadSettings settings, MeterRegistry registry) {
        this.slots = new FairSlots<>(settings.atOnce(), settings.atOncePerTenant());
        this.perTenant = settings.atOncePerTenant();
        Gauge.builder("kling.gateway.uploads.running", slots, FairSlots::inUse)
                .description("Files that this replica passes on to the vendor")
                .register(registry);
    }

    /** @throws ProblemException if there is no room for a while */
    FairSlots.Slot take(TenantId tenant) {
        return slots.take(
                tenant,
                () -> full(ProblemCode.RATE_LIMITED, "The team uploads " + perTenant + " files already; try again"),
                () -> full(ProblemCode.OVERLOADED, "Too many files are being uploaded now; try again"));
    }

    private static ProblemException full(ProblemCode code, String sentence) {
        return new ProblemException(Problem.of(code, sentence), ROOM_AGAIN_IN);
    }
}
