package io.klinggateway.webhook;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.SchedulerClient.ScheduleOptions;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceCurrentlyExecutingException;
import com.github.kagkarlsson.scheduler.task.Task;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.webhook.DeliveryFilter.Wanted;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** What tenants are told of their jobs, and how far that has come. */
@Component
public class Deliveries {

    private static final Logger log = LoggerFactory.getLogger(Deliveries.class);

    private final DeliveryRepository deliveries;
    private final SchedulerClient scheduler;
    private final Task<BusyDeferrals> task;
    private final DeliveryWorker worker;
    private final WebhookOutbox outbox;
    private final Clock clock;

    Deliveries(
            DeliveryRepository deliveries,
            SchedulerClient scheduler,
            Task<BusyDeferrals> webhookDelivery,
            DeliveryWorker worker,
            WebhookOutbox outbox,
            Clock clock) {
        this.deliveries = deliveries;
        this.scheduler = scheduler;
        this.task = webhookDelivery;
        this.worker = worker;
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * Takes a message into the caller's transaction; once that is committed, it is delivered at least once. Repeating it
     * for a generation changes nothing.
     *
     * @param traceparent of what the delivery continues (W3C); null if it is in no trace
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void deliver(JobWebhookMessage message, @Nullable String traceparent) {
        if (deliveries.add(message, traceparent)) {
            schedule(message.generation(), clock.instant());
        }
    }

    /** Tries to deliver a message once, in the background; drops it if the tenant's receivers are busy. */
    public void tryOnce(JobWebhookMessage message, String messageId) {
        worker.tryOnce(
                message.tenant(),
                message.event() + " of generation " + message.generation(),
                () -> outbox.payload(message),
                messageId);
    }

    /** Of those generations that anything was to be delivered for, unless that is forgotten. */
    public Map<GenerationId, DeliveryStatus> statuses(Collection<GenerationId> generations) {
        return generations.isEmpty() ? Map.of() : deliveries.statuses(generations);
    }

    /** Tells a receiver something once, at once, and waits for its answer; nothing of it is kept. */
    public Tested test(JobWebhookMessage message, String messageId) {
        Instant begun = clock.instant();
        return worker.attemptNow(message.tenant(), outbox.payload(message), messageId)
                .map(attempt -> new Tested(
                        attempt instanceof AttemptOutcome.Delivered,
                        attempt.outcome(),
                        Duration.between(begun, clock.instant())))
                .orElseThrow(() -> new ProblemException(Problem.of(
                        ProblemCode.RATE_LIMITED,
                        "Too many webhooks of this team are being delivered now; try again")));
    }

    /**
     * What came of one attempt.
     *
     * @param arrived whether the receiver answered 2xx
     * @param outcome its status or a kind of failure
     */
    public record Tested(boolean arrived, String outcome, Duration took) {}

    /** Deliveries that failed at least once and have not succeeded since, newest first. */
    public List<Delivery> failing(int most) {
        return deliveries.list(new DeliveryFilter(null, Wanted.FAILING), null, most);
    }

    /** As above, of one tenant. */
    public List<Delivery> failing(TenantId tenant, int most) {
        return deliveries.list(new DeliveryFilter(tenant, Wanted.FAILING), null, most);
    }

    /**
     * Newest first.
     *
     * @param before where the page begins; null for the newest
     */
    public Page<Delivery> list(DeliveryFilter filter, @Nullable PageCursor before, int most) {
        return Page.of(
                deliveries.list(filter, before, most + 1),
                most,
                last -> new PageCursor(last.createdAt(), last.generation().value()).encode());
    }

    /** What is delivered of a tenant's generation; empty if it wants no webhook, or has not ended. */
    public Optional<Delivery> find(TenantId tenant, GenerationId generation) {
        return deliveries.find(tenant, generation);
    }

    /**
     * Begins a delivery anew: an attempt now, and the whole series of later ones if it fails.
     *
     * @return false if there is no such delivery, or it has succeeded
     * @throws ProblemException a 409 while it is being attempted
     */
    @Transactional
    public boolean retry(GenerationId generation) {
        return deliveries.reopen(generation) && begin(generation);
    }

    /** As {@link #retry}, of a tenant's own, and also if it has succeeded: its receiver hears of it once more. */
    @Transactional
    public boolean sendAgain(TenantId tenant, GenerationId generation) {
        return deliveries.reopen(tenant, generation) && begin(generation);
    }

    private boolean begin(GenerationId generation) {
        try {
            schedule(generation, clock.instant());
            return true;
        } catch (TaskInstanceCurrentlyExecutingException underWay) {
            throw new ProblemException(Problem.of(ProblemCode.CONFLICT, "It is being sent at this moment"));
        }
    }

    /** How many {@link #retryAll} would begin anew, up to a number. */
    public int countToRetry(DeliveryFilter filter, int most) {
        return deliveries.countToRetry(filter, most);
    }

    /**
     * Begins deliveries anew that have not succeeded, the oldest first.
     *
     * @return how many
     */
    @Transactional
    public int retryAll(DeliveryFilter filter, int most) {
        List<GenerationId> reopened = deliveries.reopenAll(filter, most);
        for (GenerationId generation : reopened) {
            try {
                schedule(generation, clock.instant());
            } catch (TaskInstanceCurrentlyExecutingException underWay) {
                log.debug("the webhook of generation {} is being sent already", generation, underWay);
            }
        }
        return reopened.size();
    }

    /**
     * Deletes deliveries that are over, the oldest first.
     *
     * @param age how long ago the last attempt was, at least
     * @return what they had come to, so that it can be kept
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Map<GenerationId, DeliveryStatus> forget(Duration age, int most) {
        return deliveries.forget(age, most);
    }

    /**
     * Deletes those of generations, however far they have come; what waits is not sent any more.
     *
     * @return what they had come to, FAILED if one was still to be sent; nothing of a generation that has none
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Map<GenerationId, DeliveryStatus> erase(Collection<GenerationId> generations) {
        Map<GenerationId, DeliveryStatus> deleted = deliveries.delete(generations);
        deleted.replaceAll((_, status) -> status == DeliveryStatus.PENDING ? DeliveryStatus.FAILED : status);
        return deleted;
    }

    private void schedule(GenerationId generation, Instant at) {
        scheduler.schedule(
                task.instanceBuilder(generation.toString())
                        .data(BusyDeferrals.NONE)
                        .scheduledTo(at),
                ScheduleOptions.WHEN_EXISTS_RESCHEDULE);
    }
}
