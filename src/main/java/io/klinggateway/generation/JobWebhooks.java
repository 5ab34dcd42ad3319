package io.klinggateway.generation;

import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.picturestore.Pictures;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.JobWebhookMessage;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Tells tenants of their jobs, in the vendor's words, if they asked for it and have a 202. */
@Component
public class JobWebhooks {

    private final GenerationRepository generations;
    private final JobViews views;
    private final Pictures pictures;
    private final Deliveries deliveries;
    private final JsonMapper json;

    JobWebhooks(
            GenerationRepository generations,
            JobViews views,
            Pictures pictures,
            Deliveries deliveries,
            JsonMapper json) {
        this.generations = generations;
        this.views = views;
        this.pictures = pictures;
        this.deliveries = deliveries;
        this.json = json;
    }

    /**
     * To be called in every transaction that ends a generation, after it has ended; repeating it changes nothing.
     *
     * @param traceparent of the step that ends it, which the delivery continues; null if it is in no trace
     */
    void ended(GenerationId id, @Nullable String traceparent) {
        generations.findRecipient(id).ifPresent(job -> {
            JobEvent event = JobEvent.of(
                    views.view(job, null, pictures.copies(List.of(id)).getOrDefault(id, List.of())));
            if (event.last() && job.wants(event.event())) {
                deliveries.deliver(message(job, event), traceparent);
            }
        });
    }

    /** Best effort: what is lost is not repeated, and the end may overtake it. */
    public void progressed(GenerationId id, VendorJob.Status status, int percent) {
        JobEvent event = new JobEvent.Progress(id.value(), status.name(), percent, ImageRequest.MODEL);
        generations
                .findRecipient(id)
                .ifPresent(job -> deliveries.tryOnce(message(job, event), id + "-progress-" + percent));
    }

    private JobWebhookMessage message(StoredJob job, JobEvent event) {
        return new JobWebhookMessage(
                job.id(),
                job.tenant(),
                job.key(),
                Objects.requireNonNull(job.webhookUrl()),
                event.event(),
                json.writeValueAsBytes(event));
    }
}
