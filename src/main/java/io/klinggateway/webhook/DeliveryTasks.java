package io.klinggateway.webhook;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** How db-scheduler runs the delivery worker: one task for each delivery, picked up by any replica, revived if one dies. */
@Component
public class DeliveryTasks {

    private static final Duration AFTER_A_FAULT_OF_OURS = Duration.ofSeconds(10);

    private final DeliveryWorker worker;
    private final Clock clock;

    DeliveryTasks(DeliveryWorker worker, Clock clock) {
        this.worker = worker;
        this.clock = clock;
    }

    /**
     * @param name of the task, whose instances are named by the ids of deliveries
     * @return to be made a bean
     */
    public Task<?> of(String name, Outbox outbox) {
        return task(name, outbox);
    }

    Task<BusyDeferrals> task(String name, Outbox outbox) {
        return Tasks.custom(name, BusyDeferrals.class)
                .onFailure(new FailureHandler.OnFailureRetryLater<>(AFTER_A_FAULT_OF_OURS))
                .execute((instance, _) ->
                        after(worker.attempt(outbox, UUID.fromString(instance.getId()), instance.getData())));
    }

    private CompletionHandler<BusyDeferrals> after(DeliveryWorker.Next next) {
        return switch (next) {
            case DeliveryWorker.Next.Nothing _ -> new CompletionHandler.OnCompleteRemove<>();
            case DeliveryWorker.Next.Again again ->
                (completed, operations) ->
                        operations.reschedule(completed, clock.instant().plus(again.pause()), again.postponed());
        };
    }
}
