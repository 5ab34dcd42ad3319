package io.klinggateway.recovery;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.JobReading;
import io.klinggateway.apiframe.JobReading.Found;
import io.klinggateway.apiframe.JobReading.Missing;
import io.klinggateway.apiframe.JobReading.Unavailable;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.generation.LostJobBooking;
import io.klinggateway.generation.OutcomeUnknown;
import io.klinggateway.generation.VendorCallbackUrls.Subject;
import io.klinggateway.orphan.Orphans;
import io.klinggateway.orphan.VendorJobList;
import io.klinggateway.queue.VendorRateLimiter;
import io.klinggateway.queue.VendorRateLimiter.Purpose;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Finds what restored books have lost. One replica at a time reads the vendor's list since the restored moment; if it dies,
 * another begins anew when its lease has ended, and finds what is recorded already.
 */
@Component
class Recovery {

    private static final Logger log = LoggerFactory.getLogger(Recovery.class);
    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final Duration LEASE_AFTER_FAILURE = Duration.ofSeconds(2);
    private static final Duration PATIENCE_FOR_CALL = Duration.ofSeconds(30);
    private static final int MOST_ATTEMPTS = 3;

    private final RecoveryRepository recoveries;
    private final VendorJobList vendorJobs;
    private final Orphans orphans;
    private final LostJobBooking lost;
    private final Apiframe apiframe;
    private final VendorRateLimiter rate;
    private final Clock clock;

    Recovery(
            RecoveryRepository recoveries,
            VendorJobList vendorJobs,
            Orphans orphans,
            LostJobBooking lost,
            Apiframe apiframe,
            VendorRateLimiter rate,
            Clock clock) {
        this.clock = clock;
        this.recoveries = recoveries;
        this.vendorJobs = vendorJobs;
        this.orphans = orphans;
        this.lost = lost;
        this.apiframe = apiframe;
        this.rate = rate;
    }

    /** Works on what is to be recovered, unless another replica does. */
    void pass() {
        recoveries.claim(LEASE).forEach(this::recover);
    }

    private void recover(Instant since) {
        log.warn("recovery since {} has begun: nothing is admitted or sent until the vendor's list is read", since);
        ListReading reading = new ListReading(since);
        if (reading.complete()) {
            recoveries.end(since, reading.listed, reading.free, reading.newestUntold);
            recoveries.reports().stream()
                    .filter(report -> report.since().equals(since))
                    .forEach(Recovery::log);
        } else {
            log.warn("recovery since {} goes on: the vendor's list could not be read to its end", since);
            recoveries.extend(since, LEASE_AFTER_FAILURE);
        }
    }

    private static void log(RecoveryReport report) {
        log.warn(
                "recovery since {} has ended: listed={} unknown={} credits={} booked={} found={} orphans={} free={} repeated={}",
                report.since(),
                report.listedJobs(),
                report.unknownJobs(),
                report.unknownCredits(),
                report.bookedJobs(),
                report.foundJobs(),
                report.openJobs(),
                report.freeJobs(),
                report.repeatedJobs());
    }

    /** Without it nobody can tell whether the job carries a trace. */
    private static final class JobUnread extends RuntimeException {

        JobUnread(VendorJobId job, String reason) {
            super("job " + job + ": " + reason);
        }
    }

    /** One reading of the list from its top. */
    private final class ListReading {

        private final Instant since;
        private int listed;
        private int free;
        private @Nullable Boolean told;
        private @Nullable Instant newestUntold;

        ListReading(Instant since) {
            this.since = since;
        }

        boolean complete() {
            try {
                return vendorKnowsOurs() && vendorJobs.readSince(since, Purpose.OTHER, this::page);
            } catch (JobUnread unread) {
                log.warn("the vendor's jobs are not read: {}", unread.getMessage());
                return false;
            }
        }

        /** With the key of another user of the vendor's the list would lack all that is looked for. */
        private boolean vendorKnowsOurs() {
            Optional<VendorJobId> strange =
                    lost.newest(since).filter(known -> read(known).isEmpty());
            strange.ifPresent(known -> log.error(
                    "the vendor does not know job {}, which the books have: does the gateway have another user's key?",
                    known));
            return strange.isEmpty();
        }

        private void page(List<VendorJob> jobs) {
            recoveries.extend(since, LEASE);
            listed += jobs.size();
            for (VendorJob job : orphans.record(jobs)) {
                VendorJob shown = job.input() == null ? readSingly(job) : job;
                if (Orphans.isFree(shown)) {
                    free++;
                }
                if (!lost.subject(shown).map(subject -> book(subject, shown)).orElse(false)) {
                    untold(shown);
                }
            }
        }

        private void untold(VendorJob job) {
            Instant madeAt = Objects.requireNonNullElseGet(job.createdAt(), clock::instant);
            if (newestUntold == null || newestUntold.isBefore(madeAt)) {
                newestUntold = madeAt;
            }
        }

        /**
         * What cannot be booked stays an orphan: one job keeps no team out. Without the database nothing can be told of any.
         *
         * @return whether it is known now whose it is
         */
        private boolean book(Subject subject, VendorJob job) {
            try {
                if (Orphans.isFree(job)) {
                    lost.giveBack(subject, job);
                } else {
                    orphans.bookTraced(subject, job);
                }
                return true;
            } catch (OutcomeUnknown
                    | TransientDataAccessException
                    | RecoverableDataAccessException
                    | NonTransientDataAccessResourceException
                    | TransactionException unavailable) {
                throw unavailable;
            } catch (RuntimeException failure) {
                log.error("vendor job {} cannot be booked, and is left to the operators", job.id(), failure);
                return false;
            }
        }

        /** The list need not show what was asked for; a single read may. */
        private VendorJob readSingly(VendorJob job) {
            return vendorTells() ? read(job.id()).orElse(job) : job;
        }

        /** A call for each job takes its time: one whose request is known tells whether it would be for nothing. */
        private boolean vendorTells() {
            if (told == null) {
                told = lost.carryTraces()
                        && lost.traced()
                                .flatMap(this::read)
                                .map(job -> lost.subject(job).isPresent())
                                .orElse(true);
            }
            return told;
        }

        /** @return empty if the vendor does not know it */
        private Optional<VendorJob> read(VendorJobId id) {
            String reason = "";
            for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
                recoveries.extend(since, LEASE);
                JobReading reading = rate.take(Purpose.OTHER, PATIENCE_FOR_CALL)
                        ? apiframe.read(id, () -> rate.take(Purpose.OTHER, PATIENCE_FOR_CALL))
                        : new Unavailable("the vendor asks for a pause");
                switch (reading) {
                    case Found(VendorJob shown) -> {
                        return Optional.of(shown);
                    }
                    case Missing _ -> {
                        return Optional.empty();
                    }
                    case Unavailable unavailable -> reason = unavailable.reason();
                }
            }
            throw new JobUnread(id, reason);
        }
    }
}
