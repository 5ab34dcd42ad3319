package io.klinggateway.picturestore;

import io.klinggateway.picturestore.PictureStore.Kept;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Conditional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Deletes what a crash left in the store: bytes of which the database knows nothing. Only what is old enough that no copy of
 * it can be under way, and that a restored database would have been looked at by somebody; only in this database's own
 * folder, and only what bears the name of a picture. Looks at everything once a day, one replica at a time.
 */
@Component
@Conditional(StoreConfigured.class)
class OrphanObjects {

    private static final Logger log = LoggerFactory.getLogger(OrphanObjects.class);
    private static final int PAGE = 500;
    private static final Duration YOUNGEST = Duration.ofDays(7);

    private static final String CLAIM = """
            update picture_store set sweep_due_at = gateway_now() + interval '10 minutes'
             where sweep_due_at <= gateway_now()
            returning coalesce(sweep_after, '')
            """;

    private static final String CONTINUE = """
            update picture_store
               set sweep_after = :after, sweep_due_at = gateway_now() + case when :more then interval '0' else interval '1 day' end
            """;

    private final JdbcClient jdbc;
    private final PictureRepository pictures;
    private final PictureStore store;
    private final ObjectNames names;
    private final PictureMeters meters;
    private final Clock clock;

    OrphanObjects(
            JdbcClient jdbc,
            PictureRepository pictures,
            PictureStore store,
            ObjectNames names,
            PictureMeters meters,
            Clock clock) {
        this.jdbc = jdbc;
        this.pictures = pictures;
        this.store = store;
        this.names = names;
        this.meters = meters;
        this.clock = clock;
    }

    /** @return whether there is more to look at */
    boolean pass() {
        Optional<String> after = jdbc.sql(CLAIM).query(String.class).optional();
        return after.isPresent() && sweep(after.get().isEmpty() ? null : after.get());
    }

    private boolean sweep(@Nullable String after) {
        try {
            List<Kept> page = store.list(names.folder(), after, PAGE);
            deleteOrphans(page);
            boolean more = page.size() == PAGE;
            jdbc.sql(CONTINUE)
                    .param("after", more ? page.getLast().name() : null)
                    .param("more", more)
                    .update();
            return more;
        } catch (IOException failure) {
            log.warn("the store cannot be swept: {}", failure.getMessage());
            return false;
        }
    }

    private void deleteOrphans(List<Kept> page) throws IOException {
        Instant youngest = clock.instant().minus(YOUNGEST);
        List<String> old = page.stream()
                .filter(kept -> kept.modified().isBefore(youngest))
                .map(Kept::name)
                .filter(name -> names.read(name).isPresent())
                .toList();
        Set<PictureId> known = pictures.known(old.stream()
                .map(name -> names.read(name).orElseThrow())
                .distinct()
                .toList());
        for (String name : old) {
            PictureId id = names.read(name).orElseThrow();
            if (!known.contains(id)) {
                store.delete(name);
                meters.swept();
                log.warn("deleted bytes of picture {}, of which the database knows nothing", id);
            }
        }
    }
}
