package io.klinggateway.export;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Behind which row a part's next page begins, by what the part is in the order of.
 *
 * @param at the row's time
 * @param id its id
 * @param seq its number
 */
record ExportCursor(
        @Nullable OffsetDateTime at,
        @Nullable UUID id,
        @Nullable Long seq) {

    /** Before all rows. */
    static final ExportCursor START =
            new ExportCursor(OffsetDateTime.of(1, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC), new UUID(0, 0), 0L);
}
