package io.klinggateway.picturestore;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.support.Uuids;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What pictures are called in the store. All of one database lie in a folder that is named by it, so that gateways which share
 * a bucket take none of the others' for their own.
 */
@Component
class ObjectNames {

    private static final String FOLDER = "select folder from picture_store";
    private static final String SMALL = "-small";
    private static final Pattern NAME =
            Pattern.compile("[^/]+/(?<generation>[^/]+)/(?<number>[1-9]\\d?)(" + SMALL + ")?");

    private final JdbcClient jdbc;
    private volatile @Nullable String folder;

    ObjectNames(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    String folder() {
        String known = folder;
        if (known == null) {
            known = jdbc.sql(FOLDER).query(UUID.class).single().toString();
            folder = known;
        }
        return known;
    }

    String of(PictureId id) {
        return folder() + "/" + id;
    }

    String ofThumbnail(PictureId id) {
        return of(id) + SMALL;
    }

    /** Whose bytes they are; empty if no picture's of this database. */
    Optional<PictureId> read(String name) {
        Matcher parts = NAME.matcher(name);
        return name.startsWith(folder() + "/") && parts.matches()
                ? Uuids.parse(parts.group("generation"))
                        .map(id -> new PictureId(new GenerationId(id), Integer.parseInt(parts.group("number"))))
                : Optional.empty();
    }
}
