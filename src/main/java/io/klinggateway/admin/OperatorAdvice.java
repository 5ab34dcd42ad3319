package io.klinggateway.admin;

import io.klinggateway.ledger.AdjustmentRefused;
import io.klinggateway.ledger.GrantRefused;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.tenant.NameTaken;
import org.springdoc.api.OpenApiResourceNotFoundException;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers what does not fit what is there. */
@RestControllerAdvice
class OperatorAdvice {

    @ExceptionHandler
    ResponseEntity<Problem> nameTaken(NameTaken taken) {
        return conflict("The name \"" + taken.name() + "\" is taken");
    }

    @ExceptionHandler
    ResponseEntity<Problem> adjustmentRefused(AdjustmentRefused refused) {
        return conflict(
                refused.credits() < 0
                        ? "The period's captured spend is "
                                + refused.balance().captured().amount() + " credits: it cannot be lowered by "
                                + -refused.credits()
                        : "The period has " + refused.balance().available().amount()
                                + " credits left: captured spend cannot be raised by " + refused.credits());
    }

    @ExceptionHandler
    ResponseEntity<Problem> grantRefused(GrantRefused refused) {
        return conflict("The period's grants are at their highest");
    }

    /** The description of the operators' API, while there is none. */
    @ExceptionHandler
    ResponseEntity<Problem> noSuchGroup(OpenApiResourceNotFoundException unknown) {
        return Problem.of(ProblemCode.NOT_FOUND, "Not found").toResponse();
    }

    private static ResponseEntity<Problem> conflict(String sentence) {
        return Problem.of(ProblemCode.CONFLICT, sentence).toResponse();
    }
}
