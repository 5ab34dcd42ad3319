package io.klinggateway.orphan;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.JobReading.Found;
import io.klinggateway.apiframe.JobReading.Missing;
import io.klinggateway.apiframe.JobReading.Unavailable;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.orphan.OrphanRepository.ListCheck;
import io.klinggateway.orphan.OrphanRepository.Summary;
import io.klinggateway.orphan.VendorJobList.ListPart;
import io.klinggateway.orphan.VendorJobList.PartNotAsked;
import io.klinggateway.orphan.VendorJobList.PartNotShown;
import io.klinggateway.orphan.VendorJobList.PartRead;
import io.klinggateway.queue.VendorRateLimiter;
import io.klinggateway.queue.VendorRateLimiter.Purpose;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Holds the vendor's list against the books: a job that no generation has, and that is older than any answer could be late, is
 * an orphan. One replica at a time reads on from where the last check ended; all publish what is unresolved. Books that were
 * restored remember an earlier end, so that this alone finds what they have lost.
 */
@Component
class OrphanCheck {

    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final Duration PATIENCE_FOR_CALL = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(15);
    private static final int MOST_LOOKED_AT = 20;

    private final OrphanRepository repository;
    private final Orphans orphans;
    private final VendorJobList vendorJobs;
    private final Apiframe apiframe;
    private final VendorRateLimiter rate;
    private final OrphanSettings settings;
    private volatile @Nullable Summary summary;

    OrphanCheck(
            OrphanRepository repository,
            Orphans orphans,
            VendorJobList vendorJobs,
            Apiframe apiframe,
            VendorRateLimiter rate,
            OrphanSettings settings,
            MeterRegistry meters) {
        this.repository = repository;
        this.orphans = orphans;
        this.vendorJobs = vendorJobs;
        this.apiframe = apiframe;
        this.rate = rate;
        this.settings = settings;
        Gauge.builder("kling.gateway.orphan.jobs", () -> of(Summary::jobs))
                .description(
                        "Vendor jobs that no team pays for and no operator has resolved; the same on every replica")
                .register(meters);
        Gauge.builder("kling.gateway.orphan", () -> of(Summary::credits))
                .description("What the vendor took for them")
                .baseUnit("credits")
                .register(meters);
        Gauge.builder("kling.gateway.orphan.check.age", () -> of(OrphanCheck::ageSeconds))
                .description("How long ago the vendor's list was held against the books")
                .baseUnit("seconds")
                .register(meters);
    }

    /**
     * Reads a page of the list if that is due and no other replica does, then what is unresolved.
     *
     * @return whether the next page is to be read at once
     */
    boolean pass() {
        boolean more = repository
                .claimCheck(LEASE, settings.grace(), settings.checkInterval())
                .map(this::check)
                .orElse(false);
        summary = repository.summary();
        return more;
    }

    /** Takes what nobody else wants of the rate, unless it has waited for that for too long. */
    private boolean check(ListCheck claimed) {
        Purpose purpose = claimed.late() ? Purpose.TRACK : Purpose.SPARE;
        if (claimed.cursor() == null) {
            repository.findGenerations();
            lookAtOpen(purpose);
        }
        return switch (readOn(claimed, purpose)) {
            case PartRead part
            when part.next() != null -> {
                repository.readOn(part.next(), Duration.ZERO);
                yield true;
            }
            case PartRead _ -> {
                repository.endCheck(claimed.sureUntil(), settings.checkInterval());
                yield false;
            }
            case PartNotAsked _ -> {
                repository.readOn(claimed.cursor(), PAUSE);
                yield false;
            }
            case PartNotShown _ -> {
                // It may have forgotten the cursor.
                repository.readOn(null, PAUSE);
                yield false;
            }
        };
    }

    private ListPart readOn(ListCheck claimed, Purpose purpose) {
        if (settings.foreignJobs() || !claimed.readUntil().isBefore(claimed.sureUntil())) {
            return new PartRead(null);
        }
        return vendorJobs.readPart(
                claimed.cursor(),
                claimed.readUntil(),
                purpose,
                PATIENCE_FOR_CALL,
                jobs -> orphans.record(jobs.stream()
                        .filter(job ->
                                job.createdAt() != null && job.createdAt().isBefore(claimed.sureUntil()))
                        .toList()));
    }

    /** What an orphan costs shows when it has ended. */
    private void lookAtOpen(Purpose purpose) {
        for (OrphanJob orphan : repository.underWay(settings.checkInterval().dividedBy(2), MOST_LOOKED_AT)) {
            repository.extendCheck(LEASE);
            if (!rate.take(purpose, PATIENCE_FOR_CALL)) {
                return;
            }
            VendorJobId id = new VendorJobId(orphan.upstreamJobId());
            switch (apiframe.read(id, () -> rate.take(purpose, PATIENCE_FOR_CALL))) {
                case Found(var job) -> orphans.look(job);
                case Missing _ -> repository.notShown(id, true);
                case Unavailable _ -> repository.notShown(id, false);
            }
        }
    }

    private double of(ToDoubleFunction<Summary> value) {
        Summary known = summary;
        return known == null ? Double.NaN : value.applyAsDouble(known);
    }

    private static double ageSeconds(Summary known) {
        Double age = known.ageSeconds();
        return age == null ? Double.NaN : age;
    }
}
