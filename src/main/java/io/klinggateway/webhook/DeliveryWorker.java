package io.klinggateway.webhook;

import io.klinggateway.ledger.TenantId;
import io.klinggateway.trace.Traces;
import io.klinggateway.webhook.Outbox.Owed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/** Makes the attempts of deliveries, whatever they are of, and says when the next is due. */
@Component
class DeliveryWorker implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(DeliveryWorker.class);

    private static final String OBSERVATION = "kling.gateway.delivery";
    private static final Duration SHORTEST_DELAY = Duration.ofSeconds(1);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(60);
    private static final int MOST_DOUBLINGS = 6;

    private final DeliveryClient http;
    private final MailClient mail;
    private final Traces traces;
    private final List<Duration> retryPauses;
    private final DeliveryConcurrency slots;
    private final DeliveryConcurrency passingSlots;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    DeliveryWorker(DeliveryClient http, MailClient mail, Traces traces, WebhookSettings settings) {
        this.http = http;
        this.mail = mail;
        this.traces = traces;
        this.retryPauses = settings.retryPauses();
        this.slots = new DeliveryConcurrency(settings.concurrencyPerTenant());
        this.passingSlots = new DeliveryConcurrency(settings.concurrencyPerTenant());
    }

    /** What follows a look at a delivery. */
    sealed interface Next {

        /** The delivery has ended. */
        record Nothing() implements Next {}

        record Again(Duration pause, BusyDeferrals postponed) implements Next {}
    }

    /** @param postponed how often it was put off already */
    Next attempt(Outbox outbox, UUID delivery, BusyDeferrals postponed) {
        Optional<Owed> found = outbox.findOwed(delivery);
        if (found.isEmpty()) {
            return new Next.Nothing();
        }
        Owed owed = found.get();
        if (!slots.take(owed.owner())) {
            return new Next.Again(jittered(doubled(postponed)), postponed.next());
        }
        try {
            return observed(owed, () -> conclude(outbox, delivery, owed, send(owed.payload(), owed.messageId())));
        } finally {
            slots.giveBack(owed.owner());
        }
    }

    private Next observed(Owed owed, Supplier<Next> attempt) {
        Owed.EndOfJob origin = owed.origin();
        return origin == null
                ? traces.step(OBSERVATION, attempt)
                : traces.later(
                        OBSERVATION, origin.traceparent(), origin.generation().toString(), attempt);
    }

    private AttemptOutcome send(DeliveryPayload payload, String messageId) {
        return switch (payload) {
            case DeliveryPayload.SignedPost post -> http.send(post, messageId);
            case DeliveryPayload.ChatPost post -> http.send(post);
            case DeliveryPayload.Letter letter -> mail.send(letter, messageId);
            case DeliveryPayload.Undeliverable kept -> new AttemptOutcome.Failed(kept.reason());
        };
    }

    private Next conclude(Outbox outbox, UUID delivery, Owed owed, AttemptOutcome attempt) {
        Duration pause = owed.attempts() < retryPauses.size() ? retryPauses.get(owed.attempts()) : null;
        DeliveryStatus status = status(attempt, pause);
        outbox.record(delivery, status, attempt.outcome());
        switch (status) {
            case DELIVERED -> log.info("{} delivered: {}", owed.name(), attempt.outcome());
            case PENDING -> log.info("{} is tried again: {}", owed.name(), attempt.outcome());
            case FAILED -> log.warn("{} is given up: {}", owed.name(), attempt.outcome());
        }
        return status == DeliveryStatus.PENDING && pause != null
                ? new Next.Again(jittered(pause), BusyDeferrals.NONE)
                : new Next.Nothing();
    }

    private static DeliveryStatus status(AttemptOutcome attempt, @Nullable Duration pause) {
        return switch (attempt) {
            case AttemptOutcome.Delivered _, AttemptOutcome.Posted _ -> DeliveryStatus.DELIVERED;
            case AttemptOutcome.Gone _ -> DeliveryStatus.FAILED;
            case AttemptOutcome.Failed _ -> pause == null ? DeliveryStatus.FAILED : DeliveryStatus.PENDING;
        };
    }

    /** @return what came of it; empty if too much is on its way to the owner's receivers */
    Optional<AttemptOutcome> attemptNow(TenantId owner, DeliveryPayload payload, String messageId) {
        if (!passingSlots.take(owner)) {
            return Optional.empty();
        }
        try {
            return Optional.of(send(payload, messageId));
        } finally {
            passingSlots.giveBack(owner);
        }
    }

    /** @param name for the log */
    void tryOnce(TenantId owner, String name, Supplier<DeliveryPayload> payload, String messageId) {
        if (!passingSlots.take(owner)) {
            return;
        }
        try {
            threads.execute(() -> {
                try {
                    log.debug("{}: {}", name, send(payload.get(), messageId).outcome());
                } catch (RuntimeException failure) {
                    log.debug("{} not sent", name, failure);
                } finally {
                    passingSlots.giveBack(owner);
                }
            });
        } catch (RejectedExecutionException closing) {
            passingSlots.giveBack(owner);
        }
    }

    private static Duration doubled(BusyDeferrals postponed) {
        Duration pause = SHORTEST_DELAY.multipliedBy(1L << Math.min(postponed.times(), MOST_DOUBLINGS));
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
