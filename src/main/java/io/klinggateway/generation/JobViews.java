package io.klinggateway.generation;

import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.imagerequest.ImageRequestJson;
import io.klinggateway.imagerequest.WebhookEvent;
import io.klinggateway.picturestore.PictureCopy;
import io.klinggateway.picturestore.Pictures;
import io.klinggateway.picturestore.ShownPictures;
import io.klinggateway.webhook.DeliveryStatus;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Shows a generation's row as the vendor would show a job. */
@Component
public class JobViews {

    private final ImageRequestJson json;
    private final Pictures pictures;

    JobViews(ImageRequestJson json, Pictures pictures) {
        this.json = json;
        this.pictures = pictures;
    }

    /**
     * @param delivery of the news of the job's end; null if it is still open, or its tenant wants none
     * @param copies of its images
     */
    public JobView view(StoredJob job, @Nullable DeliveryStatus delivery, List<PictureCopy> copies) {
        ShownPictures images =
                pictures.shown(job.id(), job.images() == null ? List.of() : job.images(), job.expired(), copies);
        boolean completed = job.status().equals("COMPLETED");
        return new JobView(
                job.id().value(),
                job.status(),
                ImageRequest.MODEL,
                job.progress(),
                completed ? new JobView.Result(images.urls()) : null,
                // An open job's error is a note to the operators.
                job.completedAt() == null ? null : job.error(),
                job.cost(),
                webhookStatus(job, delivery),
                job.createdAt().truncatedTo(ChronoUnit.MILLIS),
                job.completedAt() == null ? null : job.completedAt().truncatedTo(ChronoUnit.MILLIS),
                input(job),
                job.webhookIsDefault(),
                images.expired(),
                job.labels());
    }

    private static @Nullable String webhookStatus(StoredJob job, @Nullable DeliveryStatus delivery) {
        if (job.completedAt() == null) {
            return job.wants("completed") || job.wants("failed") ? DeliveryStatus.PENDING.wire() : null;
        }
        return delivery == null ? job.webhookStatus() : delivery.wire();
    }

    /** @return null once it is erased */
    private @Nullable String input(StoredJob job) {
        List<String> events = job.webhookEvents();
        byte[] sent = job.upstreamRequest();
        if (sent == null) {
            return null;
        }
        ImageRequest request = json.read(sent)
                .withWebhook(
                        job.webhookUrl(),
                        events == null
                                ? null
                                : events.stream()
                                        .map(event -> WebhookEvent.valueOf(event.toUpperCase(Locale.ROOT)))
                                        .toList());
        return new String(json.write(request), StandardCharsets.US_ASCII);
    }
}
