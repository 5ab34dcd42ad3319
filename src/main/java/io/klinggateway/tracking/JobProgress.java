package io.klinggateway.tracking;

import io.klinggateway.apiframe.Deadline;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.generation.Generations;
import io.klinggateway.generation.JobWebhooks;
import io.klinggateway.generation.Settlement;
import io.klinggateway.generation.VendorCallbackUrls;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Records what the vendor shows of an open job. A failure is logged, and the job looked at again later. */
@Component
class JobProgress {

    private static final Logger log = LoggerFactory.getLogger(JobProgress.class);
    private static final Duration PATIENCE_TO_SETTLE = Duration.ofSeconds(5);

    private final Generations generations;
    private final Settlement settlement;
    private final JobWebhooks notices;
    private final VendorCallbackUrls callbacks;

    JobProgress(Generations generations, Settlement settlement, JobWebhooks notices, VendorCallbackUrls callbacks) {
        this.generations = generations;
        this.settlement = settlement;
        this.notices = notices;
        this.callbacks = callbacks;
    }

    void record(OpenJob known, VendorJob shown) {
        try {
            if (!shown.isOpen()) {
                settlement.settle(known.id(), callbacks.redact(shown), Deadline.in(PATIENCE_TO_SETTLE));
            } else if (known.overdue()) {
                generations.review(known.id(), "vendor job " + shown.id() + " is open for more than 24 hours");
            } else {
                recordProgress(known, shown);
            }
        } catch (RuntimeException failure) {
            log.warn("generation {} is looked at again later: {}", known.id(), failure.getMessage(), failure);
        }
    }

    private void recordProgress(OpenJob known, VendorJob shown) {
        Integer before = known.progress();
        Integer percent = shown.progress();
        boolean further = percent != null && (before == null || percent > before);
        boolean begun = known.status() == VendorJob.Status.QUEUED && shown.status() == VendorJob.Status.PROCESSING;
        if (further || begun) {
            generations.progressed(known.id(), shown.status(), percent);
        }
        if (further && percent != null && known.tellsProgress()) {
            notices.progressed(known.id(), shown.status(), percent);
        }
    }

    void recordMissing(OpenJob known) {
        if (generations.missing(known.id())) {
            generations.review(known.id(), "the vendor has not known job " + known.job() + " for 10 minutes");
        }
    }
}
