package io.klinggateway.usage;

import java.util.Locale;

/** What spend can be broken down by. */
enum Dimension {
    TENANT("t.name"),
    /** By name, so that a key and its successor are one. Corrections have none. */
    KEY("k.name"),
    /** The day of a job's hold, or of a correction, in the report's zone. */
    DAY("s.day"),
    MONTH("date_trunc('month', s.day::timestamp)::date"),
    MODEL("s.model"),
    /** The value of a label, whose name is said with it. */
    LABEL("s.label");

    private final String column;

    Dimension(String column) {
        this.column = column;
    }

    String column() {
        return column;
    }

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
