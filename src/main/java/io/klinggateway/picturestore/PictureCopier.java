package io.klinggateway.picturestore;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.annotation.Conditional;
import org.springframework.stereotype.Component;

/**
 * Copies images from the vendor into the store. A copy is made at least once: its name in the store is the image's own, so
 * that one which is repeated replaces itself. It is recorded once its bytes are there.
 */
@Component
@Conditional(StoreConfigured.class)
class PictureCopier implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(PictureCopier.class);
    private static final Duration PATIENCE_FOR_A_SLOT = Duration.ofSeconds(1);
    private static final Duration PATIENCE_AT_THE_END = Duration.ofSeconds(10);
    private static final Duration SLACK = Duration.ofSeconds(15);

    /** An image that ends the process that reads it: in so many attempts it may do so, then it is kept as it is. */
    private static final int MOST_UNENDED_WITH_THUMBNAIL = 2;

    private final PictureRepository pictures;
    private final VendorPictures vendor;
    private final PictureStore store;
    private final ObjectNames names;
    private final PictureMeters meters;
    private final PictureSettings settings;
    private final Semaphore slots;

    /** A decoder may want some MB: one at a time is fast enough. */
    private final Semaphore decoders = new Semaphore(1);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    PictureCopier(
            PictureRepository pictures,
            VendorPictures vendor,
            PictureStore store,
            ObjectNames names,
            PictureMeters meters,
            PictureSettings settings) {
        this.pictures = pictures;
        this.vendor = vendor;
        this.store = store;
        this.names = names;
        this.meters = meters;
        this.settings = settings;
        this.slots = new Semaphore(settings.concurrency());
    }

    /** @return whether more may be due */
    boolean pass() {
        int free = freeSlots();
        if (free == 0) {
            return true;
        }
        int started = 0;
        try {
            List<PictureAttempt> claimed = pictures.claim(free, settings.concurrencyPerTenant(), lease());
            for (PictureAttempt attempt : claimed) {
                threads.execute(() -> {
                    try {
                        copy(attempt);
                    } finally {
                        slots.release();
                    }
                });
                started++;
            }
            return started > 0;
        } finally {
            slots.release(free - started);
        }
    }

    /** Takes all that are free, after a while with none. */
    private int freeSlots() {
        try {
            return slots.tryAcquire(PATIENCE_FOR_A_SLOT.toMillis(), TimeUnit.MILLISECONDS)
                    ? 1 + slots.drainPermits()
                    : 0;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    /** What takes longer is copied again; and for so long a replica that was killed holds up the copies of a team. */
    private Duration lease() {
        return settings.timeout().multipliedBy(2).plus(SLACK);
    }

    private void copy(PictureAttempt attempt) {
        try {
            vendor.fetch(attempt.vendorUrl(), (type, bytes) -> {
                try (SpooledPicture picture = SpooledPicture.of(type, bytes)) {
                    store(attempt, picture);
                }
            });
        } catch (PictureNotFetched failure) {
            meters.vendorFailed();
            failed(attempt, "vendor: " + failure.getMessage());
        } catch (StoreFailed failure) {
            meters.storeFailed();
            log.warn("the store does not take pictures: {}", failure.getMessage());
            failed(attempt, "store: " + failure.getMessage());
        } catch (IOException | RuntimeException failure) {
            log.warn("picture {} not copied", attempt.id(), failure);
            failed(attempt, failure.getClass().getSimpleName());
        }
    }

    private void store(PictureAttempt attempt, SpooledPicture picture) throws StoreFailed {
        Thumbnail thumbnail = attempt.unendedBefore() > MOST_UNENDED_WITH_THUMBNAIL
                ? null
                : thumbnail(picture).orElse(null);
        try {
            if (thumbnail != null) {
                store.put(names.ofThumbnail(attempt.id()), thumbnail);
            }
            store.put(names.of(attempt.id()), picture);
        } catch (IOException failure) {
            throw new StoreFailed(failure);
        }
        record(attempt, picture, thumbnail);
    }

    private Optional<Thumbnail> thumbnail(SpooledPicture picture) {
        decoders.acquireUninterruptibly();
        try {
            return Thumbnail.of(picture);
        } finally {
            decoders.release();
        }
    }

    private void record(PictureAttempt attempt, SpooledPicture picture, @Nullable Thumbnail thumbnail) {
        Optional<Double> seconds =
                pictures.stored(attempt, picture, thumbnail == null ? null : (long) thumbnail.bytes().length);
        if (seconds.isPresent()) {
            meters.stored(seconds.get());
            log.debug("picture {} stored, {} bytes", attempt.id(), picture.length());
        } else {
            deleteIfErased(attempt.id());
        }
    }

    /** What was put while it was erased, all or a part. */
    private void deleteIfErased(PictureId id) {
        if (pictures.find(id).isPresent()) {
            return;
        }
        try {
            store.delete(names.of(id));
            store.delete(names.ofThumbnail(id));
        } catch (IOException left) {
            log.warn("picture {} was erased while it was copied; the sweep will delete its bytes", id);
        }
    }

    private void failed(PictureAttempt attempt, String failure) {
        PictureState state = pictures.failed(attempt, failure).orElse(null);
        if (state == null) {
            deleteIfErased(attempt.id());
        } else if (state == PictureState.GAVE_UP) {
            log.error("lost: picture {} is given up, the vendor has deleted it by now: {}", attempt.id(), failure);
        } else {
            log.info("picture {} is tried again: {}", attempt.id(), failure);
        }
    }

    /** Copies under way get a moment to end; the others' leases run out. */
    @Override
    public void destroy() throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(PATIENCE_AT_THE_END.toMillis(), TimeUnit.MILLISECONDS)) {
            threads.shutdownNow();
        }
    }

    /** It is the store that failed, not the vendor. */
    private static final class StoreFailed extends IOException {

        StoreFailed(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
