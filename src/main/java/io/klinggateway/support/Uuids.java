package io.klinggateway.support;

import java.util.Optional;
import java.util.UUID;

/** UUIDs that callers write. */
public final class Uuids {

    private static final int LENGTH = 36;

    private Uuids() {}

    /**
     * Java reads shorter and longer groups as a UUID too; here the text must be the whole of one, in either case.
     *
     * @return empty if it is none
     */
    public static Optional<UUID> parse(String text) {
        if (text.length() != LENGTH) {
            return Optional.empty();
        }
        try {
            return Optional.of(UUID.fromString(text))
                    .filter(uuid -> uuid.toString().equalsIgnoreCase(text));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
