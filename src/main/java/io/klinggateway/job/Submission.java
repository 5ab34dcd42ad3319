package io.klinggateway.job;

import io.klinggateway.apiframe.Deadline;
import io.klinggateway.generation.AdmissionReceipt;
import io.klinggateway.generation.Admissions;
import io.klinggateway.generation.IdempotencyConflict;
import io.klinggateway.generation.IdempotencyKey;
import io.klinggateway.generation.Labels;
import io.klinggateway.generation.NewGeneration;
import io.klinggateway.generation.OutcomeUnknown;
import io.klinggateway.generation.RequestAllowance;
import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.ledger.InsufficientCredits;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.queue.Acknowledged;
import io.klinggateway.queue.Dispatcher;
import io.klinggateway.queue.QueueSettings;
import io.klinggateway.queue.WaitingCaller;
import io.klinggateway.tenant.Caller;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Serves a caller: admits its request, and lets it hear the vendor's verdict if its turn is now. The answer is the truth: a
 * thrown refusal means that nothing is held and no job exists; a receipt means that one job exists or will exist, or the
 * generation ends FAILED or CANCELLED and its credits are back.
 */
@Component
class Submission {

    private final Admissions admissions;
    private final Dispatcher dispatcher;
    private final ReferenceImages images;
    private final QueueSettings settings;

    Submission(Admissions admissions, Dispatcher dispatcher, ReferenceImages images, QueueSettings settings) {
        this.admissions = admissions;
        this.dispatcher = dispatcher;
        this.images = images;
        this.settings = settings;
    }

    /**
     * @param key makes the call repeatable; null if the caller gave none
     * @param allowance is told where the tenant stands with its requests, whatever comes of this one
     * @throws InsufficientCredits if a window of the budget has too few left
     * @throws IdempotencyConflict if the key names another request
     * @throws ProblemException if its image must not be used, the tenant is at a limit, or the vendor refuses it now
     * @throws OutcomeUnknown if the database was lost in the middle of a COMMIT and stayed away
     */
    AdmissionReceipt submit(
            Caller caller,
            ImageRequest request,
            @Nullable IdempotencyKey key,
            Labels labels,
            Consumer<RequestAllowance> allowance) {
        Deadline deadline = Deadline.in(settings.attemptDeadline());
        NewGeneration generation = admissions.prepare(caller, request, key, labels);
        images.check(generation);
        try (WaitingCaller waiting = dispatcher.register(generation.id())) {
            AdmissionReceipt receipt = admissions.admit(generation, dispatcher::isBusy, deadline, allowance);
            if (receipt.replayed()) {
                return receipt;
            }
            if (receipt.waits()) {
                dispatcher.admitted();
                return receipt;
            }
            Acknowledged acknowledged = dispatcher.await(waiting, deadline);
            return receipt.with(acknowledged.status(), acknowledged.waits());
        }
    }
}
