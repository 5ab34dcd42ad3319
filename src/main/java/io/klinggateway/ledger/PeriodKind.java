package io.klinggateway.ledger;

/** How long a window of a budget lasts until it starts anew, by the calendar of the budget's zone. */
public enum PeriodKind {
    DAY,
    /** From Monday, or another day of the week. */
    WEEK,
    /** From the first, or another day of the month. */
    MONTH,
    /** From the first of January, April, July and October. */
    QUARTER,
    /** Prepaid: one period that never ends. */
    TOTAL;

    /** @return the last day on which a period of this kind may begin: 7 is Sunday in a week */
    public int lastFirstDay() {
        return switch (this) {
            case WEEK -> 7;
            case MONTH -> 28;
            case DAY, QUARTER, TOTAL -> 1;
        };
    }
}
