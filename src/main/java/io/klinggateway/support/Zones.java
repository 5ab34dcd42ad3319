package io.klinggateway.support;

import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;

/** Time zones that callers name. */
public final class Zones {

    public static final String RULE = "must be a region id such as Europe/Berlin";

    private static final Set<String> KNOWN = ZoneId.getAvailableZoneIds();

    private Zones() {}

    /** @return empty if it is no region that PostgreSQL knows as well as Java; Java's {@code SystemV} ones it does not */
    public static Optional<ZoneId> parse(String text) {
        return KNOWN.contains(text) && !text.startsWith("SystemV/") ? Optional.of(ZoneId.of(text)) : Optional.empty();
    }
}
