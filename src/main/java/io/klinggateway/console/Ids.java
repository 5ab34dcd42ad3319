package io.klinggateway.console;

import java.util.Optional;
import java.util.UUID;

/** Ids in addresses. */
final class Ids {

    private static final int LENGTH = 36;

    private Ids() {}

    /** Empty if it is none. */
    static Optional<UUID> parse(String text) {
        try {
            return text.length() == LENGTH ? Optional.of(UUID.fromString(text)) : Optional.empty();
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
