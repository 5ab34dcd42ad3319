package io.klinggateway.webhook;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.SchedulerClient.ScheduleOptions;
import com.github.kagkarlsson.scheduler.task.Task;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** What tenants are told of their jobs, and how far that has come. */
@Component
public class Deliveries {

    private final DeliveryRepository deliveries;
    private final SchedulerClient scheduler;
    private final Task<Postponements> task;
    private final Courier courier;
    private final WebhookOutbox outbox;
    private final Clock clock;

    Deliveries(
            DeliveryRepository deliveries,
            SchedulerClient scheduler,
            Task<Postponements> webhookDelivery,
            Courier courier,
            WebhookOutbox outbox,
            Clock clock) {
        this.deliveries = deliveries;
        this.scheduler = scheduler;
        this.task = webhookDelivery;
        this.courier = courier;
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
    public void deliver(Message message, @Nullable String traceparent) {
        if (deliveries.add(message, traceparent)) {
            schedule(message.generation(), clock.instant());
        }
    }

    /** Tries to deliver a message once, in the background; drops it if the tenant's receivers are busy. */
    public void tryOnce(Message message, String messageId) {
        courier.tryOnce(
                message.tenant(),
                message.event() + " of generation " + message.generation(),
                () -> outbox.parcel(message),
                messageId);
    }

    /** Of those generations that anything was to be delivered for, unless that is forgotten. */
    public Map<GenerationId, DeliveryStatus> statuses(Collection<GenerationId> generations) {
        return generations.isEmpty() ? Map.of() : deliveries.statuses(generations);
    }

    /** Deliveries that failed at least once and have not succeeded since, newest first. */
    public List<Delivery> failing(int most) {
        return deliveries.failing(most);
    }

    /** As above, of one tenant. */
    public List<Delivery> failing(TenantId tenant, int most) {
        return deliveries.failing(tenant, most);
    }

    /** What is delivered of a tenant's generation; empty if it wants no webhook, or has not ended. */
    public Optional<Delivery> find(TenantId tenant, GenerationId generation) {
        return deliveries.find(tenant, generation);
    }

    /**
     * Begins a delivery anew: an attempt now, and the whole series of later ones if it fails.
     *
     * @return false if there is no such delivery, or it has succeeded
     */
    @Transactional
    public boolean retry(GenerationId generation) {
        if (!deliveries.reopen(generation)) {
            return false;
        }
        schedule(generation, clock.instant());
        return true;
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

    private void schedule(GenerationId generation, Instant at) {
        scheduler.schedule(
                task.instanceBuilder(generation.toString())
                        .data(Postponements.NONE)
                        .scheduledTo(at),
                ScheduleOptions.WHEN_EXISTS_RESCHEDULE);
    }
}
