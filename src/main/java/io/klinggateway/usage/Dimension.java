package io.klinggateway.usage;

import java.util.Locale;

/** What spend can be broken down by. */
public enum Dimension {
    TENANT("t.name"),
    /** By name, so that a key and its successor are one. Adjustments have none. */
    KEY("k.name"),
    /** The day on which a job was settled, in the report's zone. */
    DAY("(e.at at time zone :zone)::date"),
    MODEL("g.model_name");

    private final String column;

    Dimension(String column) {
        this.column = column;
    }

    String column() {
        return column;
    }

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
