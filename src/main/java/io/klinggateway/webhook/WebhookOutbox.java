package io.klinggateway.webhook;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.tenant.KeySignatures;
import io.klinggateway.webhook.DeliveryRepository.Pending;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Webhooks of jobs, each signed with the key that made the request. */
@Component
class WebhookOutbox implements Outbox {

    private final DeliveryRepository deliveries;
    private final KeySignatures signatures;
    private final WebhookMeters meters;

    WebhookOutbox(DeliveryRepository deliveries, KeySignatures signatures, WebhookMeters meters) {
        this.deliveries = deliveries;
        this.signatures = signatures;
        this.meters = meters;
    }

    @Override
    public Optional<Owed> findOwed(UUID delivery) {
        return deliveries.findPending(new GenerationId(delivery)).map(this::owed);
    }

    private Owed owed(Pending pending) {
        JobWebhookMessage message = pending.message();
        return new Owed(
                payload(message),
                message.generation() + "-" + message.event(),
                "webhook of generation " + message.generation(),
                message.tenant(),
                pending.attempts(),
                new Owed.EndOfJob(message.generation(), pending.traceparent()));
    }

    DeliveryPayload payload(JobWebhookMessage message) {
        return signatures
                .signer(message.key())
                .<DeliveryPayload>map(signer ->
                        new DeliveryPayload.SignedPost(message.url(), message.event(), message.body(), signer))
                .orElseGet(() -> new DeliveryPayload.Undeliverable("the key that signs is gone"));
    }

    @Override
    public void record(UUID delivery, DeliveryStatus status, String outcome) {
        deliveries.record(new GenerationId(delivery), status, outcome);
        meters.attempted(status);
    }
}
