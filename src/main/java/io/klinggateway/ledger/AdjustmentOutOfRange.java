package io.klinggateway.ledger;

import java.util.Comparator;

/** An adjustment would take captured spend below zero or above what is allowed; nothing was changed. */
final class AdjustmentOutOfRange extends RuntimeException {

    private final long credits;
    private final transient BudgetStatus budgetStatus;

    AdjustmentOutOfRange(long credits, BudgetStatus budgetStatus) {
        super("adjustment of " + credits);
        this.credits = credits;
        this.budgetStatus = budgetStatus;
    }

    /** In words that name the window that comes nearest, and what there is in it. */
    String sentence() {
        return credits < 0 ? tooLittleCaptured() : tooLittleLeft();
    }

    private String tooLittleCaptured() {
        WindowBalance most = budgetStatus.windows().stream()
                .max(Comparator.comparing(WindowBalance::captured))
                .orElseThrow();
        return "Spend cannot be lowered by " + -credits + " credits: the most that a window has is "
                + most.captured().amount() + ", in " + most.name();
    }

    private String tooLittleLeft() {
        return "The window " + budgetStatus.spendable().window() + " has "
                + budgetStatus.spendable().available().amount() + " credits left: captured spend cannot be raised by "
                + credits;
    }
}
