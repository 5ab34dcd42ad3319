package io.klinggateway.support;

import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Time zones that callers name. */
public final class Zones {

    public static final String RULE = "must be a region id such as Europe/Berlin";

    private static final Set<String> KNOWN = ZoneId.getAvailableZoneIds();

    /**
     * Old names that PostgreSQL takes for abbreviations with a fixed offset, while they are regions with summer time to
     * Java and to the zone database; and Java's own name of UTC.
     */
    private static final Map<String, String> REGIONS = Map.of(
            "CET", "Europe/Brussels",
            "EET", "Europe/Athens",
            "MET", "Europe/Brussels",
            "WET", "Europe/Lisbon",
            "Z", "UTC");

    private Zones() {}

    /**
     * @return a region that means the same to PostgreSQL and to Java, the one behind an old name; empty if there is none.
     *     Java's {@code SystemV} ones PostgreSQL does not know
     */
    public static Optional<ZoneId> parse(String text) {
        String region = REGIONS.getOrDefault(text, text);
        return KNOWN.contains(region) && !region.startsWith("SystemV/")
                ? Optional.of(ZoneId.of(region))
                : Optional.empty();
    }
}
