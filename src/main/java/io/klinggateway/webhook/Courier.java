package io.klinggateway.webhook;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.trace.Traces;
import io.klinggateway.webhook.DeliveryRepository.Pending;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/** Makes the attempts of deliveries, and says when the next is due. */
@Component
class Courier implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(Courier.class);

    private static final Duration SHORTEST_DELAY = Duration.ofSeconds(1);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(60);
    private static final int MOST_DOUBLINGS = 6;

    private final DeliveryRepository deliveries;
    private final DeliveryClient client;
    private final WebhookMeters meters;
    private final Traces traces;
    private final List<Duration> retryPauses;
    private final DeliveryConcurrency slots;
    private final DeliveryConcurrency passingSlots;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    Courier(
            DeliveryRepository deliveries,
            DeliveryClient client,
            WebhookMeters meters,
            Traces traces,
            WebhookSettings settings) {
        this.deliveries = deliveries;
        this.client = client;
        this.meters = meters;
        this.traces = traces;
        this.retryPauses = settings.retryPauses();
        this.slots = new DeliveryConcurrency(settings.concurrencyPerTenant());
        this.passingSlots = new DeliveryConcurrency(settings.concurrencyPerTenant());
    }

    /** What follows a look at a delivery. */
    sealed interface Next {

        /** The delivery has ended. */
        record Nothing() implements Next {}

        record Again(Duration pause, Delay delay) implements Next {}
    }

    /** @param delay how long it has been kept waiting already */
    Next attempt(GenerationId id, Delay delay) {
        Optional<Pending> found = deliveries.findPending(id);
        if (found.isEmpty()) {
            return new Next.Nothing();
        }
        Message message = found.get().message();
        if (!slots.take(message.tenant())) {
            return new Next.Again(jittered(doubled(delay)), delay.next());
        }
        try {
            return traces.later(
                    "kling.gateway.delivery",
                    found.get().traceparent(),
                    message.generation().toString(),
                    () -> conclude(found.get(), client.send(message, message.generation() + "-" + message.event())));
        } finally {
            slots.giveBack(message.tenant());
        }
    }

    private Next conclude(Pending delivery, Attempt attempt) {
        GenerationId id = delivery.message().generation();
        Duration pause = delivery.attempts() < retryPauses.size() ? retryPauses.get(delivery.attempts()) : null;
        DeliveryStatus status = status(attempt, pause);
        deliveries.record(id, status, attempt.outcome());
        meters.attempted(status);
        switch (status) {
            case DELIVERED -> log.info("webhook of generation {} delivered: {}", id, attempt.outcome());
            case PENDING -> log.info("webhook of generation {} is tried again: {}", id, attempt.outcome());
            case FAILED -> log.warn("webhook of generation {} is given up: {}", id, attempt.outcome());
        }
        return status == DeliveryStatus.PENDING && pause != null
                ? new Next.Again(jittered(pause), Delay.NONE)
                : new Next.Nothing();
    }

    private static DeliveryStatus status(Attempt attempt, @Nullable Duration pause) {
        return switch (attempt) {
            case Attempt.Delivered _ -> DeliveryStatus.DELIVERED;
            case Attempt.Gone _ -> DeliveryStatus.FAILED;
            case Attempt.Failed _ -> pause == null ? DeliveryStatus.FAILED : DeliveryStatus.PENDING;
        };
    }

    void tryOnce(Message message, String messageId) {
        if (!passingSlots.take(message.tenant())) {
            return;
        }
        try {
            threads.execute(() -> {
                try {
                    log.debug(
                            "{} of generation {}: {}",
                            message.event(),
                            message.generation(),
                            client.send(message, messageId).outcome());
                } catch (RuntimeException failure) {
                    log.debug("{} of generation {} not sent", message.event(), message.generation(), failure);
                } finally {
                    passingSlots.giveBack(message.tenant());
                }
            });
        } catch (RejectedExecutionException closing) {
            passingSlots.giveBack(message.tenant());
        }
    }

    private static Duration doubled(Delay delay) {
        Duration pause = SHORTEST_DELAY.multipliedBy(1L << Math.min(delay.times(), MOST_DOUBLINGS));
        return pause.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : pause;
    }

    /** A tenth more or less, so that deliveries that failed together do not come back together. */
    private static Duration jittered(Duration pause) {
        long tenth = pause.toMillis() / 10;
        return pause.plusMillis(ThreadLocalRandom.current().nextLong(-tenth, tenth + 1));
    }

    @Override
    public void destroy() {
        threads.shutdownNow();
    }
}
