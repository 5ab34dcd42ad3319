package io.klinggateway.tracking;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.JobReading;
import io.klinggateway.apiframe.JobReading.Found;
import io.klinggateway.apiframe.JobReading.Missing;
import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.picturestore.Pictures;
import io.klinggateway.queue.VendorRateLimiter;
import io.klinggateway.queue.VendorRateLimiter.Purpose;
import io.klinggateway.tracking.TrackingRepository.KeptJob;
import java.time.Duration;
import java.util.List;
import org.springframework.stereotype.Component;

/** Looks at completed jobs once a day until the vendor has purged their images, as far as nothing else needs the rate. */
@Component
class ImageExpiryCheck {

    private static final int MOST_AT_ONCE = 20;
    private static final Duration PATIENCE_FOR_CALL = Duration.ofSeconds(1);

    private final TrackingRepository tracking;
    private final Apiframe apiframe;
    private final VendorRateLimiter rate;
    private final Pictures pictures;

    ImageExpiryCheck(TrackingRepository tracking, Apiframe apiframe, VendorRateLimiter rate, Pictures pictures) {
        this.tracking = tracking;
        this.apiframe = apiframe;
        this.rate = rate;
        this.pictures = pictures;
    }

    /** @return false: what is left over waits for the next pass */
    boolean pass() {
        for (int read = 0; read < MOST_AT_ONCE && takeCall(); read++) {
            List<KeptJob> due = tracking.claimKept();
            if (due.isEmpty()) {
                return false;
            }
            due.forEach(this::read);
        }
        return false;
    }

    private boolean takeCall() {
        return rate.take(Purpose.SPARE, PATIENCE_FOR_CALL);
    }

    private void read(KeptJob kept) {
        JobReading reading = apiframe.read(kept.job(), this::takeCall);
        boolean purged = reading instanceof Missing(boolean perhapsOfAnother) && !perhapsOfAnother;
        if (purged || (reading instanceof Found(VendorJob job) && job.expired())) {
            pictures.purged(kept.id());
            tracking.expired(kept.id());
        }
    }
}
