package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.generation.Erasure;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.reconciliation.GenerationSummary;
import io.klinggateway.reconciliation.Reviews;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.Map;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Erases what a team asked for and got, at an operator's wish. */
@Component
public class ErasureOperations {

    private final Reviews generations;
    private final Erasure erasure;
    private final AuditLog audit;
    private final TransactionOperations transactions;

    ErasureOperations(Reviews generations, Erasure erasure, AuditLog audit, TransactionOperations transactions) {
        this.generations = generations;
        this.erasure = erasure;
        this.audit = audit;
        this.transactions = transactions;
    }

    @Schema(name = "Erasure")
    public record ErasureOrder(
            @NotNull(message = "is required") @Pattern(regexp = Rules.REASON, message = Rules.REASON_RULE)
            String reason)
            implements OperatorBody {}

    /** @return the generation as it stands: its credits are as they were */
    public GenerationSummary erase(Actor actor, GenerationId id, ErasureOrder asked) {
        GenerationSummary generation =
                generations.find(id).orElseThrow(() -> Refusals.notFound("There is no generation " + id));
        return transactions.execute(_ -> {
            if (!erasure.erase(id)) {
                throw Refusals.conflict("The generation has not ended: its request is still needed");
            }
            audit.record(
                    actor,
                    Action.of("generation.erase", generation.tenant()).about(id).because(asked.reason()),
                    null,
                    Map.of("request", "erased", "pictures", "erased"));
            return generation;
        });
    }
}
