package io.klinggateway.generation;

import io.klinggateway.apiframe.UpstreamJob;
import io.klinggateway.generation.GenerationRepository.Addressee;
import io.klinggateway.generation.GenerationRepository.Owned;
import io.klinggateway.generation.GenerationRepository.Tracked;
import io.klinggateway.image.ImageRequest;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Tells tenants of their jobs, in the vendor's words, if they asked for it and were promised a job. */
@Component
class WebhookNotices {

    private final GenerationRepository generations;
    private final Jobs jobs;
    private final Deliveries deliveries;
    private final JsonMapper json;

    WebhookNotices(GenerationRepository generations, Jobs jobs, Deliveries deliveries, JsonMapper json) {
        this.generations = generations;
        this.jobs = jobs;
        this.deliveries = deliveries;
        this.json = json;
    }

    /**
     * To be called in every transaction that ends a generation, after it has ended; repeating it changes nothing.
     *
     * @param traceparent of the step that ends it, which the delivery continues; null if it is in no trace
     */
    void ended(GenerationId id, @Nullable String traceparent) {
        generations
                .findAddressee(id)
                .ifPresent(addressee -> generations
                        .findEach(List.of(new Owned(addressee.tenant(), id)))
                        .forEach(job -> {
                            JobEvent event = JobEvent.of(jobs.view(job, null));
                            if (event.last() && job.wants(event.event())) {
                                deliveries.deliver(message(id, addressee, event), traceparent);
                            }
                        }));
    }

    /** Best effort: what is lost is not repeated, and the end may overtake it. */
    void progressed(Tracked generation, UpstreamJob job) {
        Integer known = generation.progress();
        Integer percent = job.progress();
        if (!generation.tellsProgress() || percent == null || (known != null && known >= percent)) {
            return;
        }
        GenerationId id = generation.id();
        JobEvent event = new JobEvent.Progress(id.value(), job.status().name(), percent, ImageRequest.MODEL);
        generations
                .findAddressee(id)
                .ifPresent(addressee -> deliveries.tryOnce(message(id, addressee, event), id + "-progress-" + percent));
    }

    private Message message(GenerationId id, Addressee addressee, JobEvent event) {
        return new Message(
                id,
                addressee.tenant(),
                addressee.key(),
                addressee.webhookUrl(),
                event.event(),
                json.writeValueAsBytes(event));
    }
}
