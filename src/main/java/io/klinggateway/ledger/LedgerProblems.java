package io.klinggateway.ledger;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemMapping;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** Answers what does not fit into a budget's period. */
@Component
class LedgerProblems implements ProblemMapping {

    @Override
    public @Nullable ResponseEntity<Problem> answer(Throwable failure) {
        return switch (failure) {
            case InsufficientCredits insufficient ->
                Problem.of(ProblemCode.INSUFFICIENT_CREDITS, "Insufficient credits")
                        .withCredits(
                                insufficient.required().amount(),
                                insufficient.available().amount(),
                                insufficient.resetsAt())
                        .toResponse();
            case AdjustmentOutOfRange adjustment -> conflict(sentence(adjustment));
            case GrantLimitExceeded _ -> conflict("The period's grants are at their highest");
            default -> null;
        };
    }

    private static String sentence(AdjustmentOutOfRange adjustment) {
        return adjustment.credits() < 0
                ? "The period's captured spend is "
                        + adjustment.balance().captured().amount() + " credits: it cannot be lowered by "
                        + -adjustment.credits()
                : "The period has " + adjustment.balance().available().amount()
                        + " credits left: captured spend cannot be raised by " + adjustment.credits();
    }

    private static ResponseEntity<Problem> conflict(String sentence) {
        return Problem.of(ProblemCode.CONFLICT, sentence).toResponse();
    }
}
