package io.klinggateway.picturestore;

import io.klinggateway.picturestore.PictureRepository.Backlog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Conditional;
import org.springframework.stereotype.Component;

/** Shows how the copies get on: what this replica did, and what all of them have before them. */
@Component
@Conditional(StoreConfigured.class)
class PictureMeters {

    private final PictureRepository pictures;
    private final Timer stored;
    private final Counter vendorFailures;
    private final Counter storeFailures;
    private final Counter servingFailures;
    private final Counter swept;
    private volatile @Nullable Backlog backlog;

    PictureMeters(PictureRepository pictures, MeterRegistry registry) {
        this.pictures = pictures;
        stored = Timer.builder("kling.gateway.picture.copied")
                .description("From the end of a generation to the copy of an image of it")
                .serviceLevelObjectives(
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(15),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(5),
                        Duration.ofHours(1),
                        Duration.ofHours(24))
                .register(registry);
        vendorFailures = failures(registry, "vendor");
        storeFailures = failures(registry, "store");
        servingFailures = failures(registry, "serving");
        swept = Counter.builder("kling.gateway.picture.orphans.deleted")
                .description("Objects in the store that no picture had any more, and that were deleted")
                .register(registry);
        gauge("kling.gateway.pictures.pending", "Images that are still to be copied", Backlog::pending)
                .register(registry);
        gauge(
                        "kling.gateway.pictures.pending.age",
                        "How long the oldest image that is still to be copied has been waiting; 0 if none",
                        Backlog::oldestSeconds)
                .baseUnit("seconds")
                .register(registry);
        gauge(
                        "kling.gateway.pictures.lost",
                        "Images given up within the last day: the vendor deleted them before a copy succeeded",
                        Backlog::lost)
                .register(registry);
        gauge("kling.gateway.pictures.erased", "Erased pictures whose bytes are still to be deleted", Backlog::erased)
                .register(registry);
    }

    private static Counter failures(MeterRegistry registry, String at) {
        return Counter.builder("kling.gateway.picture.failures")
                .description(
                        "Failures with pictures: of the vendor or of the store while copying, of the store while serving")
                .tag("at", at)
                .register(registry);
    }

    private Gauge.Builder<?> gauge(String name, String description, ToDoubleFunction<Backlog> value) {
        return Gauge.builder(name, () -> of(value)).description(description + "; the same on every replica");
    }

    private double of(ToDoubleFunction<Backlog> value) {
        Backlog known = backlog;
        return known == null ? Double.NaN : value.applyAsDouble(known);
    }

    boolean pass() {
        backlog = pictures.backlog();
        return false;
    }

    /** @param seconds since the generation's end */
    void stored(double seconds) {
        stored.record(Duration.ofMillis(Math.round(seconds * 1000)));
    }

    void vendorFailed() {
        vendorFailures.increment();
    }

    void storeFailed() {
        storeFailures.increment();
    }

    void servingFailed() {
        servingFailures.increment();
    }

    void swept() {
        swept.increment();
    }
}
