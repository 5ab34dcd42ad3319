package io.klinggateway.picturestore;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Conditional;
import org.springframework.stereotype.Component;

/** Erases pictures that were kept for long enough, and deletes the bytes of those that are erased, for whatever reason. */
@Component
@Conditional(StoreConfigured.class)
class PictureErasure {

    private static final Logger log = LoggerFactory.getLogger(PictureErasure.class);
    private static final int MOST_AT_ONCE = 100;

    /** Also the pause after a failure. */
    private static final Duration LEASE = Duration.ofMinutes(2);

    private final PictureRepository pictures;
    private final PictureStore store;
    private final ObjectNames names;
    private final PictureSettings settings;

    PictureErasure(PictureRepository pictures, PictureStore store, ObjectNames names, PictureSettings settings) {
        this.pictures = pictures;
        this.store = store;
        this.names = names;
        this.settings = settings;
    }

    /** @return whether more may be due */
    boolean pass() {
        Duration retention = settings.retention();
        int old = retention == null ? 0 : pictures.eraseOld(retention, MOST_AT_ONCE);
        List<PictureId> erased = pictures.claimErased(MOST_AT_ONCE, LEASE);
        for (PictureId id : erased) {
            if (!delete(id)) {
                return false;
            }
        }
        if (!erased.isEmpty()) {
            log.info("deleted {} pictures", erased.size());
        }
        return old == MOST_AT_ONCE || erased.size() == MOST_AT_ONCE;
    }

    private boolean delete(PictureId id) {
        try {
            store.delete(names.ofThumbnail(id));
            store.delete(names.of(id));
        } catch (IOException failure) {
            log.warn(
                    "the store does not delete pictures, which are erased and shown to nobody: {}",
                    failure.getMessage());
            return false;
        }
        pictures.forget(id);
        return true;
    }
}
