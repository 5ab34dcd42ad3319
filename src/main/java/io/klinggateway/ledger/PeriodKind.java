package io.klinggateway.ledger;

/** How long a budget lasts until it starts anew, by the calendar of its zone. */
public enum PeriodKind {
    DAY,
    /** From Monday. */
    WEEK,
    MONTH,
    /** Prepaid: one period that never ends. */
    TOTAL
}
