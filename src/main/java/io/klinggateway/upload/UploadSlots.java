package io.klinggateway.upload;

import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** How many files this replica passes on at a time, of each team and of all. Who finds no room waits for a moment. */
@Component
class UploadSlots {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration ROOM_AGAIN_IN = Duration.ofSeconds(2);

    private final Semaphore all;
    private final int perTenant;
    private final Map<TenantId, Semaphore> tenants = new ConcurrentHashMap<>();

    UploadSlots(UploadSettings settings, MeterRegistry registry) {
        this.all = new Semaphore(settings.atOnce(), true);
        this.perTenant = settings.atOncePerTenant();
        Gauge.builder("kling.gateway.uploads.running", all, room -> settings.atOnce() - room.availablePermits())
                .description("Files that this replica passes on to the vendor")
                .register(registry);
    }

    /** @throws ProblemException if there is no room for a while */
    Slot take(TenantId tenant) {
        Semaphore own = tenants.computeIfAbsent(tenant, _ -> new Semaphore(perTenant, true));
        if (!acquire(own)) {
            throw new ProblemException(
                    Problem.of(ProblemCode.RATE_LIMITED, "The team uploads " + perTenant + " files already; try again"),
                    ROOM_AGAIN_IN);
        }
        if (!acquire(all)) {
            own.release();
            throw new ProblemException(
                    Problem.of(ProblemCode.OVERLOADED, "Too many files are being uploaded now; try again"),
                    ROOM_AGAIN_IN);
        }
        return () -> {
            all.release();
            own.release();
        };
    }

    private static boolean acquire(Semaphore semaphore) {
        try {
            return semaphore.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Room for one file, until it is closed. */
    @FunctionalInterface
    interface Slot extends AutoCloseable {

        @Override
        void close();
    }
}
